import { Agent } from 'node:https';
import type { AxiosRequestConfig } from 'axios';
import { CannotStart, StreamUnavailable } from '../platform/errors.ts';
import type { SchemaRegistry } from './port.ts';

const DEADLINE_MS = 10_000;
/** Confluent's code for "schema not found"; a wrong path gets a bare 404, in the body too. */
const NO_SUCH_SCHEMA = 40_403;
/** Incompatible with an earlier version, or no schema at all. */
const REFUSALS = [409, 422];

/** How to reach a registry: basic authentication is part of the URL. */
export interface RegistrySettings {
  readonly url: string;
  readonly token?: string | undefined;
  /** Its certificate authority as PEM, where Node.js does not trust it. */
  readonly ca?: string | undefined;
}

/** What a registry answered: 2xx, or a status that it gave a reason for. */
interface Answer {
  readonly status: number;
  readonly data: unknown;
}

/** A field of a JSON body, whatever came instead of one. */
const field = (data: unknown, name: string): unknown =>
  (data as Readonly<Record<string, unknown>> | null)?.[name];

/**
 * A Confluent-compatible registry (Redpanda, Apicurio, Confluent). Ids never change their meaning,
 * so callers keep what they looked up. Rejects with `StreamUnavailable` while it cannot be reached.
 */
export function openSchemaRegistry(to: string | RegistrySettings): SchemaRegistry {
  const client = openClient(typeof to === 'string' ? { url: to } : to);
  return {
    register: async (subject, schema) =>
      (await lookUp(client, subject, schema)) ?? register(client, subject, schema),
    schema: async (id) => {
      const { status, data } = await client.send('get', `schemas/ids/${id}`, [404]);
      if (status === 404) {
        // Only this code says so; any other 404 is a wrong address and no fault of the record.
        if (field(data, 'error_code') === NO_SUCH_SCHEMA) return null;
        throw client.unusable(`the schema of id ${id}`, data, status);
      }
      const schema = field(data, 'schema');
      if (typeof schema !== 'string') throw client.unusable(`a schema for id ${id}`, data);
      return schema;
    },
  };
}

/**
 * Checks a registry without registering anything: the id of the schema under the subject, or null,
 * and whether the registry would accept one there that cannot read what is written.
 */
export async function lookUpSubject(
  settings: RegistrySettings,
  subject: string,
  schema: string,
): Promise<{ id: number | null; takesAnything: boolean }> {
  const client = openClient(settings);
  // By an example: the configured level may be of the subject itself or of the whole registry.
  const record = JSON.parse(schema) as { fields: object[] };
  const fields = [...record.fields, { name: 'without_default', type: 'string' }];
  const unreadable = JSON.stringify({ ...record, fields });
  const path = `compatibility/subjects/${encodeURIComponent(subject)}/versions/latest`;
  const [id, tried] = await Promise.all([
    lookUp(client, subject, schema),
    client.send('post', path, [404], unreadable),
  ]);
  requireKnown404(client, tried, 'a compatibility check');
  return { id, takesAnything: field(tried.data, 'is_compatible') === true };
}

type Client = ReturnType<typeof openClient>;

async function lookUp(client: Client, subject: string, schema: string): Promise<number | null> {
  const path = `subjects/${encodeURIComponent(subject)}`;
  const answer = await client.send('post', path, [404], schema);
  requireKnown404(client, answer, `the id of ${subject}`);
  return answer.status === 404 ? null : idIn(client, subject, answer);
}

async function register(client: Client, subject: string, schema: string): Promise<number> {
  const path = `subjects/${encodeURIComponent(subject)}/versions`;
  const answer = await client.send('post', path, REFUSALS, schema);
  if (!REFUSALS.includes(answer.status)) return idIn(client, subject, answer);
  // Some registries refuse with 409 what another producer has registered at the same moment.
  const id = await lookUp(client, subject, schema);
  if (id !== null) return id;
  const reason = JSON.stringify(answer.data).slice(0, 1000);
  throw new CannotStart(
    `The schema registry refuses the schema for ${subject}: ${reason}. ` +
      'Readers of that subject could not read these events: give new fields a default',
  );
}

function idIn(client: Client, subject: string, { data }: Answer): number {
  const id = field(data, 'id');
  if (!Number.isInteger(id)) throw client.unusable(`an id for ${subject}`, data);
  return id as number;
}

/** A registry says 404xx in the body for what it does not know; a bare 404 is a wrong path. */
function requireKnown404(client: Client, { status, data }: Answer, expected: string): void {
  if (status === 404 && !/^404\d\d$/.test(String(field(data, 'error_code'))))
    throw client.unusable(expected, data, status);
}

/** What a person must do about the status or the code of a refusal; undefined for an outage. */
function fixOf(status: number | undefined, code: string | undefined): string | undefined {
  if (status === 401 || status === 403)
    return 'check user and password in SCHEMA_REGISTRY_URL, or SCHEMA_REGISTRY_TOKEN';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'use a host name of its certificate in SCHEMA_REGISTRY_URL';
  if (code === 'CERT_HAS_EXPIRED') return 'renew the certificate of the registry';
  if (/CERT|VERIFY/.test(code ?? ''))
    return 'set SCHEMA_REGISTRY_CA_FILE to the file of its certificate authority';
  return undefined;
}

function openClient({ url, token, ca }: RegistrySettings) {
  const http: AxiosRequestConfig = {
    baseURL: url.endsWith('/') ? url : `${url}/`,
    headers: {
      'content-type': 'application/vnd.schemaregistry.v1+json',
      accept: 'application/vnd.schemaregistry.v1+json, application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    maxRedirects: 0,
    proxy: false,
    ...(ca && { httpsAgent: new Agent({ ca }) }),
  };
  const unavailable = (message: string, options?: { cause?: unknown; fix?: string | undefined }) =>
    new StreamUnavailable(`schema registry ${new URL(url).host}: ${message}`, {
      healthCode: 'registry_unavailable',
      ...options,
    });
  return {
    /** Sends a request; resolves for 2xx and for `expected` statuses. */
    send: async (
      method: 'get' | 'post',
      path: string,
      expected: readonly number[],
      schema?: string,
    ): Promise<Answer> => {
      // Loaded on the first request: with the embedded stream there is none.
      const { default: axios } = await import('axios/dist/node/axios.cjs');
      const signal = AbortSignal.timeout(DEADLINE_MS);
      const validateStatus = (status: number) =>
        (status >= 200 && status < 300) || expected.includes(status);
      try {
        const { status, data } = await axios.request({
          ...http,
          ...{ method, url: path, signal, validateStatus },
          ...(schema !== undefined && { data: { schema } }),
        });
        return { status, data };
      } catch (err) {
        if (!axios.isAxiosError(err)) throw err;
        const got = err.response
          ? `status ${err.response.status}: ${JSON.stringify(err.response.data)?.slice(0, 300)}`
          : (err.code ?? err.message);
        // The error of axios holds the request, with the credentials of the address.
        throw unavailable(`expected a response to ${method} ${path}, got ${got}`, {
          cause: err.code,
          fix: fixOf(err.response?.status, err.code),
        });
      }
    },
    unusable: (expected: string, got: unknown, status?: number) => {
      const text = JSON.stringify(got)?.slice(0, 300);
      return unavailable(`expected ${expected}, got ${status ? `status ${status}: ` : ''}${text}`);
    },
  };
}
