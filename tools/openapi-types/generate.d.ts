/** Generates the TypeScript types of an OpenAPI document. */
export function generateTypes(document: URL): Promise<string>;
