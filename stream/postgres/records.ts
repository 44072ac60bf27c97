import type { Database } from '../../platform/database.ts';
import { queryPrepared, type SqlValue, sqlFolder } from '../../platform/sql.ts';
import type { StreamRecord } from '../port.ts';

const sql = sqlFolder(import.meta.url);

/** Headers as jsonb: null for a header without a value, an array for a name that is repeated. */
export type TextHeaders = Record<string, string | null | (string | null)[]>;

interface RecordRow {
  partition: number;
  record_offset: string;
  appended_at: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: TextHeaders;
}

/** The next records of these partitions, from an offset or from where a group continues. */
export async function nextRecords(
  db: Database,
  {
    topic,
    partitions,
    from = null,
    group = '',
  }: { topic: string; partitions: readonly number[]; from?: string | null; group?: string },
): Promise<StreamRecord[]> {
  const params: Record<string, SqlValue> = { topic, partitions, from, group };
  const rows = await queryPrepared<RecordRow>(db, sql('next_records'), params);
  return rows.map(({ partition, record_offset, appended_at, key, value, headers }) => ({
    ...{ topic, partition, key, value },
    offset: record_offset,
    timestampMs: String(Date.parse(appended_at)),
    headers: headersAsBytes(headers),
  }));
}

function headersAsBytes(headers: TextHeaders): StreamRecord['headers'] {
  const asBytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [
      name,
      Array.isArray(text) ? text.map(asBytes) : asBytes(text),
    ]),
  );
}
