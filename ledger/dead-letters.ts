import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { query, queryOne, queryRow } from '../platform/sql.ts';

/**
 * Administration of dead letters, for the API and the command. It is here because a run fails by
 * them, and because the API may read the ledger but not the consumer, which writes them.
 */
export interface DeadLetter {
  id: string;
  topic: string;
  partition: number;
  record_offset: string;
  /** Null when the producer wrote no usable time. */
  record_timestamp: string | null;
  reason: string;
  reason_code: string;
  detail: string;
  /** What the reason means, and what to do about it. */
  cause: string;
  next_step: string;
  state: 'open' | 'redriven' | 'closed';
  set_aside_at: string;
  redrive_asked_at: string | null;
  redrive_error: string | null;
  redrive_error_code: string | null;
  redriven_at: string | null;
  closed_at: string | null;
}

/** `value_base64` is the bytes of the record, `value_text` the same decoded as UTF-8. */
export interface DeadLetterWithBytes extends DeadLetter {
  key: string | null;
  headers: object;
  value_base64: string | null;
  value_text: string | null;
}

type Row = Omit<DeadLetter, 'cause' | 'next_step'>;

const WAIT_MS = 15_000;
const FIX_PRODUCER = 'Fix the producer, have it publish the event again, then close this one.';
const REDRIVE = 'Redrive it.';
const EXPLANATIONS: Record<string, readonly [cause: string, nextStep: string]> = {
  empty: ['The record has no bytes.', 'Close it.'],
  too_large: ['The record is larger than any event.', FIX_PRODUCER],
  truncated: ['The record is too short for an event.', FIX_PRODUCER],
  wrong_magic_byte: ['The record is not in Confluent framing: not an event.', FIX_PRODUCER],
  unknown_schema_id: [
    'The schema registry did not know the schema that the record was written with.',
    `Check SCHEMA_REGISTRY_URL and that the schema is registered, then: ${REDRIVE}`,
  ],
  incompatible_schema: ['The schema of the record cannot be read as an event.', FIX_PRODUCER],
  not_avro: ['The bytes do not match the schema that the record names.', FIX_PRODUCER],
  observed_ahead: ['The rate was observed more than a day ahead of time.', FIX_PRODUCER],
  fetched_ahead: ['The rate was fetched more than a day ahead of time.', FIX_PRODUCER],
  refused_by_postgres: ['Postgres refused the values.', 'Read the detail; fix the producer.'],
  internal_error: [
    'The consumer has a bug with this record; its log has the stack.',
    `Update the consumer, then: ${REDRIVE}`,
  ],
};

function explain(row: Row): DeadLetter {
  const field = /^bad_(\w+)$/.exec(row.reason_code)?.[1];
  const [cause, next_step] = field
    ? [`The event has an invalid ${field}.`, FIX_PRODUCER]
    : (EXPLANATIONS[row.reason_code] ?? [row.reason, 'Read the detail.']);
  return { ...row, cause, next_step };
}

const COLUMNS = `id, topic, partition, record_offset, record_timestamp, reason, reason_code, detail,
  state, set_aside_at, redrive_asked_at, redrive_error, redrive_error_code, redriven_at, closed_at`;

const PAGE = `
select ${COLUMNS}
from dead_letters
where (:state::text is null or state = :state) and (:after::bigint is null or id > :after::bigint)
order by id
limit :limit`;

const CLOSE = `
with closed as (
  update dead_letters set state = 'closed', closed_at = now(), redrive_asked_at = null
  where state = 'open' and (:ids::bigint[] is null or id = any(:ids::bigint[]))
  returning ${COLUMNS}
)
select * from closed order by id`;

const REQUEST_REDRIVE = `
with requested as (
  update dead_letters
  set redrive_asked_at = now(), redrive_error = null, redrive_error_code = null
  where state = 'open' and (:ids::bigint[] is null or id = any(:ids::bigint[]))
  returning id
)
select coalesce(array_agg(id::text order by id), '{}') as ids,
       announce('dead_letters')::text as announced
from requested`;

export type DeadLetterAdmin = ReturnType<typeof openDeadLetterAdmin>;

/** Lists, shows, redrives and closes dead letters. `ids: null` means all open ones. */
export function openDeadLetterAdmin(db: Database) {
  /** A page, oldest first, after the letter with id `after`; `state` null is any. */
  async function page(wanted: {
    state: string | null;
    after: string | null;
    limit: number;
  }): Promise<DeadLetter[]> {
    return (await query<Row>(db, PAGE, wanted)).map(explain);
  }

  /** Requests that a consumer redrives open letters, and returns their ids. */
  async function requestRedrive(ids: readonly string[] | null): Promise<string[]> {
    return (await queryRow<{ ids: string[] }>(db, REQUEST_REDRIVE, { ids })).ids;
  }

  return {
    page,
    requestRedrive,

    /** One letter with its bytes. Throws `InvalidRequest` when it does not exist. */
    async show(id: string): Promise<DeadLetterWithBytes> {
      const row = await queryOne<
        Row & { key: Buffer | null; value: Buffer | null; headers: object }
      >(db, `select ${COLUMNS}, key, value, headers from dead_letters where id = :id`, { id });
      if (!row) throw new InvalidRequest(`there is no dead letter ${id}`, { status: 404 });
      const { key, value, headers, ...letter } = row;
      return {
        ...explain(letter),
        key: key?.toString() ?? null,
        headers,
        value_base64: value?.toString('base64') ?? null,
        value_text: value?.toString() ?? null,
      };
    },

    /** Closes open letters, which stay as records, and returns them. */
    async close(ids: readonly string[] | null): Promise<DeadLetter[]> {
      return (await query<Row>(db, CLOSE, { ids })).map(explain);
    },

    /** Requests a redrive and waits for the result. */
    async redrive(ids: readonly string[] | null): Promise<DeadLetter[]> {
      const requested = await requestRedrive(ids);
      for (const end = Date.now() + WAIT_MS; ; await pause(100)) {
        const rows = await query<Row>(
          db,
          `select ${COLUMNS} from dead_letters where id = any(:requested::bigint[]) order by id`,
          { requested },
        );
        if (rows.every(({ redrive_asked_at }) => redrive_asked_at === null))
          return rows.map(explain);
        if (Date.now() > end)
          throw new InvalidRequest(
            'no consumer has redriven the letters yet: start one (npm run consumer); ' +
              'they stay requested',
          );
      }
    },
  };
}
