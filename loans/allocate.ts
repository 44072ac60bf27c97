import type { Knex } from 'knex';

const KEPT_BY_TRIGGERS = ['payment_schedule', 'loan_payments'];

/**
 * Runs `fill` without the triggers that keep `allocated_instalments` true loan by loan, and allocates the whole book at its end: what
 * the triggers would do for each statement is done once for all loans. The rule itself is the view `allocation`.
 */
export async function allocatedAtOnce(
  trx: Knex.Transaction,
  fill: () => Promise<void>,
): Promise<void> {
  for (const table of KEPT_BY_TRIGGERS) await trx.raw(`alter table ${table} disable trigger user`);
  await fill();
  await trx.raw('insert into allocated_instalments select * from allocation');
  await trx.raw('analyze allocated_instalments');
  for (const table of KEPT_BY_TRIGGERS) await trx.raw(`alter table ${table} enable trigger user`);
}
