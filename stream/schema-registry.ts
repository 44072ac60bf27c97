import axios, { type AxiosError, type AxiosInstance, isAxiosError } from 'axios';
import { CannotStart } from '../platform/errors.ts';
import type { SchemaRegistry } from './port.ts';

const DEADLINE_MS = 10_000;

/**
 * A Confluent-compatible registry (Redpanda, Apicurio, Confluent) over its REST interface. Ids never change their meaning, so what
 * was answered once is kept by those who ask. Rejects with one sentence when it is away, and with `CannotStart` when it refuses a schema.
 */
export function openSchemaRegistry(url: string): SchemaRegistry {
  const http = axios.create({
    baseURL: url.endsWith('/') ? url : `${url}/`,
    headers: {
      'content-type': 'application/vnd.schemaregistry.v1+json',
      accept: 'application/vnd.schemaregistry.v1+json, application/json',
    },
    maxRedirects: 0,
    proxy: false,
  });
  return {
    register: (subject, schema) => register(http, subject, schema),
    schema: async (id) => {
      try {
        const { data } = await http.get<{ schema: string }>(`schemas/ids/${id}`, { signal: AbortSignal.timeout(DEADLINE_MS) });
        return data.schema;
      } catch (error) {
        // A registry says in its own words that it has no such schema; any other 404 is a wrong address.
        if (isAxiosError(error) && error.response?.status === 404 && Number.isInteger(error.response.data?.error_code))
          return null;
        throw away(error, url);
      }
    },
  };
}

async function register(http: AxiosInstance, subject: string, schema: string): Promise<number> {
  try {
    const path = `subjects/${encodeURIComponent(subject)}/versions`;
    const { data } = await http.post<{ id: number }>(path, { schema }, { signal: AbortSignal.timeout(DEADLINE_MS) });
    return data.id;
  } catch (error) {
    const status = isAxiosError(error) ? error.response?.status : undefined;
    if (status !== 409 && status !== 422) throw away(error, http.defaults.baseURL ?? '');
    const reason = JSON.stringify((error as AxiosError).response?.data).slice(0, 1000);
    throw new CannotStart(
      `The schema registry refuses our schema for ${subject}: ${reason}. Whoever reads that subject could not read our events`,
      {
        cause: error,
      },
    );
  }
}

function away(error: unknown, url: string): Error {
  if (!isAxiosError(error)) return error as Error;
  const said = error.response
    ? `status ${error.response.status}: ${JSON.stringify(error.response.data).slice(0, 300)}`
    : (error.code ?? error.message);
  return new Error(`schema registry ${new URL(url).host}: expected an answer, got ${said}`, { cause: error.code });
}
