import openapiTS, { astToString } from 'openapi-typescript';

const HEADER =
  '// generated from openapi.yaml; WRITE_DOCS=1 npx mocha test/unit/api/openapi-types.test.ts writes it\n\n';

/**
 * Generates the TypeScript types of an OpenAPI document.
 * @param {URL} document
 * @returns {Promise<string>}
 */
export async function generateTypes(document) {
  return HEADER + astToString(await openapiTS(document, { rootTypes: false, immutable: true }));
}
