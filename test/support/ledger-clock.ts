import type { TestDatabase } from './database.ts';

type Query = Pick<TestDatabase, 'query'>;

/** Moves the ledger's clock to this instant; it goes on from there at its normal pace. */
export async function startLedgerClock(database: Query, instant: string): Promise<void> {
  const aheadMs = Date.parse(instant) - Date.now();
  await replaceLedgerNow(database, `clock_timestamp() + ${aheadMs} * interval '1 millisecond'`);
}

/** Freezes the ledger's clock at this instant. */
export async function freezeLedgerClock(database: Query, instant: string): Promise<void> {
  await replaceLedgerNow(database, `'${instant}'::timestamptz`);
}

async function replaceLedgerNow({ query }: Query, expression: string): Promise<void> {
  await query(
    `create or replace function ledger_now() returns timestamptz
     language sql volatile as $$ select ${expression} $$`,
  );
}
