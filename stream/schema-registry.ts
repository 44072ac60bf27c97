import axios, { type AxiosError, type AxiosInstance, isAxiosError } from 'axios';
import { CannotStart } from '../platform/errors.ts';
import type { SchemaRegistry } from './port.ts';

const DEADLINE_MS = 10_000;
/** Confluent's code for "schema not found"; 404 alone, in the body too, is what a wrong path gets. */
const NO_SUCH_SCHEMA = 40_403;

/**
 * A Confluent-compatible registry (Redpanda, Apicurio, Confluent) over its REST interface. Ids never change their meaning, so what
 * was answered once is kept by those who ask. Rejects with one sentence when it is away, and with `CannotStart` when it refuses a schema.
 */
export function openSchemaRegistry(url: string): SchemaRegistry {
  const http = httpTo(url);
  return {
    register: (subject, schema) => register(http, subject, schema),
    schema: async (id) => {
      try {
        const { data } = await http.get<{ schema?: unknown }>(`schemas/ids/${id}`, {
          signal: AbortSignal.timeout(DEADLINE_MS),
        });
        if (typeof data.schema !== 'string') throw unusable(url, `a schema for id ${id}`, data);
        return data.schema;
      } catch (error) {
        // Only in these words does a registry say that it has no such schema; any other 404 is a wrong address, and no record's fault.
        if (
          isAxiosError(error) &&
          error.response?.status === 404 &&
          error.response.data?.error_code === NO_SUCH_SCHEMA
        )
          return null;
        throw away(error, url);
      }
    },
  };
}

function httpTo(url: string): AxiosInstance {
  return axios.create({
    baseURL: url.endsWith('/') ? url : `${url}/`,
    headers: {
      'content-type': 'application/vnd.schemaregistry.v1+json',
      accept: 'application/vnd.schemaregistry.v1+json, application/json',
    },
    maxRedirects: 0,
    proxy: false,
  });
}

async function register(http: AxiosInstance, subject: string, schema: string): Promise<number> {
  try {
    const path = `subjects/${encodeURIComponent(subject)}/versions`;
    const { data } = await http.post<{ id?: unknown }>(
      path,
      { schema },
      { signal: AbortSignal.timeout(DEADLINE_MS) },
    );
    if (!Number.isInteger(data.id))
      throw unusable(http.defaults.baseURL ?? '', `an id for ${subject}`, data);
    return data.id as number;
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

/**
 * Asks, and registers nothing: the id of this very schema under the subject, null where it is not there, and whether the registry would
 * take one there that could not read what is written. Rejects with one sentence when the registry is away.
 */
export async function lookUpSubject(
  url: string,
  subject: string,
  schema: string,
): Promise<{ id: number | null; takesAnything: boolean }> {
  const http = httpTo(url);
  const unlessUnknown = async <T>(asking: Promise<{ data: T }>): Promise<T | null> => {
    try {
      return (await asking).data;
    } catch (error) {
      // 404 alone is what a wrong path gets.
      if (
        isAxiosError(error) &&
        error.response?.status === 404 &&
        /^404\d\d$/.test(String(error.response.data?.error_code))
      )
        return null;
      throw away(error, url);
    }
  };
  const of = encodeURIComponent(subject);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  // Asked by an example: what a registry says of a subject's level is of the subject itself or of all, as it sees fit.
  const unreadable = JSON.stringify(withFieldOfNoDefault(JSON.parse(schema)));
  const [found, tried] = await Promise.all([
    unlessUnknown(http.post<{ id?: unknown }>(`subjects/${of}`, { schema }, { signal })),
    unlessUnknown(
      http.post<{ is_compatible?: unknown }>(
        `compatibility/subjects/${of}/versions/latest`,
        { schema: unreadable },
        { signal },
      ),
    ),
  ]);
  const id = found?.id;
  if (found && typeof id !== 'number') throw unusable(url, `an id for ${subject}`, found);
  return { id: typeof id === 'number' ? id : null, takesAnything: tried?.is_compatible === true };
}

function withFieldOfNoDefault(record: { fields: object[] }): object {
  return { ...record, fields: [...record.fields, { name: 'of_no_default', type: 'string' }] };
}

function unusable(url: string, expected: string, got: unknown): Error {
  return new Error(
    `schema registry ${new URL(url).host}: expected ${expected}, got ${JSON.stringify(got)?.slice(0, 300)}`,
  );
}

function away(error: unknown, url: string): Error {
  if (!isAxiosError(error)) return error as Error;
  const said = error.response
    ? `status ${error.response.status}: ${JSON.stringify(error.response.data).slice(0, 300)}`
    : (error.code ?? error.message);
  return new Error(`schema registry ${new URL(url).host}: expected an answer, got ${said}`, {
    cause: error.code,
  });
}
