import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import axios, { type AxiosResponse } from 'axios';
import { readContract } from '../../api/http/contract.ts';
import { SUFFIXES } from '../../api/http/formats.ts';

interface Declared {
  content?: Record<string, { schema: object }>;
  $ref?: string;
}
interface Paths {
  [path: string]: Record<string, { operationId: string; responses: Record<string, Declared> }>;
}

const contract = readContract();
const document = contract.document as unknown as {
  paths: Paths;
  components: { responses: Record<string, Declared>; schemas: object };
};
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
const validators = new Map<object, ValidateFunction>();

export const OPERATIONS: readonly string[] = contract.operations.map(({ id }) => id);
/** The operations that were answered as they should, by anybody in this process. */
export const calledOperations = new Set<string>();

export interface ApiResponse<Data> {
  status: number;
  headers: Record<string, string>;
  data: Data;
  bytes: Buffer;
}
export interface CallOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Calls the API. Throws when the response breaks the contract: status, format or shape. */
export async function callApi<Data = never>(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body }: CallOptions = {},
): Promise<ApiResponse<Data>> {
  const response = await axios.request<Buffer>({
    url: `${url}${path}`,
    method,
    headers: {
      Accept: '*/*',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { data: body }),
    validateStatus: () => true,
    responseType: 'arraybuffer',
    maxRedirects: 0,
    transformRequest: (text: string) => text,
    timeout: 20_000,
  });
  const fault = faultOf(method, path, response);
  if (fault)
    throw new Error(
      `${method} ${path} → ${response.status} ` +
        `${response.data.toString().slice(0, 500)}: ${fault}`,
    );
  return {
    status: response.status,
    headers: response.headers as Record<string, string>,
    data: parsed(response) as Data,
    bytes: response.data,
  };
}

/** What the contract does not allow in an answer, or null. */
function faultOf(method: string, path: string, response: AxiosResponse<Buffer>): string | null {
  const operation = operationAt(method, path);
  const type = String(response.headers['content-type'] ?? '').split(';')[0] as string;
  if (!operation)
    return [404, 405, 204].includes(response.status) ? null : 'not an operation, and yet answered';
  const said = operation.responses[String(response.status)];
  if (!said) return `status ${response.status} is not declared`;
  const declared = said.$ref
    ? document.components.responses[said.$ref.split('/').at(-1) as string]
    : said;
  if (response.status < 300) calledOperations.add(operation.operationId);
  if (!declared?.content || response.status === 304)
    return response.data.length === 0 ? null : 'a body that is not declared';
  const content = declared.content[type];
  if (!content) return `${type} is not declared`;
  if (!type.endsWith('json')) return null;
  const holds = validatorOf(content.schema);
  return holds(parsed(response)) ? null : ajv.errorsText(holds.errors);
}

function operationAt(method: string, path: string) {
  const [, bare = '', suffix] =
    /^(.*?)(?:\.(json|csv|xlsx))?$/.exec(path.split('?')[0] as string) ?? [];
  // Fixed words go before parameters: /v2/rates/latest is not a pair.
  for (const { path: template, method: known, formats } of contract.operations) {
    if (known !== method.toLowerCase()) continue;
    const pattern = new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
    if (
      template.startsWith('/v2') && suffix
        ? pattern.test(bare) && formats.includes(SUFFIXES[suffix] as string)
        : pattern.test(bare + (suffix ? `.${suffix}` : ''))
    )
      return document.paths[template]?.[known];
  }
  return undefined;
}

function validatorOf(schema: object): ValidateFunction {
  const validator =
    validators.get(schema) ?? ajv.compile({ ...schema, components: document.components });
  validators.set(schema, validator);
  return validator;
}

function parsed({ data, headers }: AxiosResponse<Buffer>): unknown {
  return /json/.test(String(headers['content-type'])) && data.length > 0
    ? JSON.parse(data.toString())
    : data.toString();
}
