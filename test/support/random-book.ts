import type { TestDatabase } from './database.ts';

/** A small loan book in memory: days as numbers since 1970, money in ten-thousandths. */
export interface Book {
  /** An instalment short by no more counts as covered; 0 by default. */
  tolerance?: bigint;
  loans: Loan[];
  branches: { branch_id: string; branch: string | null; currency: string | null }[];
}
export interface Loan {
  loan_id: string;
  borrower_id: string;
  borrower_name: string | null;
  score: number | null;
  branch_id: string | null;
  released: number;
  amount: bigint;
  instalments: { schedule_id: string; due: number; amount: bigint }[];
  payments: { payment_id: string; paid: number; amount: bigint }[];
  reversals: { payment_id: string; paid: number; voids: string }[];
  /** The loan's own, which wins over that of its branch. */
  currency: string | null;
  tolerance: bigint;
}

const DAY_MS = 86_400_000;
export const isoDay = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
export const dayNumber = (iso: string) => Date.parse(`${iso}T00:00:00Z`) / DAY_MS;
export const money = (units: bigint) =>
  `${units / 10_000n}.${(units % 10_000n).toString().padStart(4, '0')}`;

/** Numbers from 0 to below `limit`, the same for the same seed. */
export function seededRandom(seed: number): (limit: number) => number {
  let state = seed * 7919 + 1;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
}

/**
 * A book around the leap day of 2024, made to hit edges: exact cover, one unit short, two on a day,
 * nothing due, nothing paid, reversals, a tolerance, a currency of the loan's own.
 */
export function randomBook(seed: number): Book {
  const roll = seededRandom(seed);
  const branches = [
    { branch_id: '1', branch: 'kenya', currency: 'KES' },
    { branch_id: '2', branch: null, currency: roll(2) ? 'KES' : 'NGN' },
    { branch_id: '3', branch: 'accra', currency: null },
  ].slice(0, roll(4));
  const tolerance = [0n, 0n, 1n, 100n][roll(4)] ?? 0n;
  const loans = Array.from({ length: 9 }, (_, at): Loan => {
    const loan_id = `L${(at * 7) % 10}-${seed}`;
    const released = dayNumber('2024-01-10') + roll(60);
    const usual = BigInt(1 + roll(3_000_000));
    let due = released;
    const instalments = Array.from({ length: roll(8) }, (_, i) => {
      due += [0, 1, 29, 30, 31][roll(5)] ?? 0;
      return {
        schedule_id: `${loan_id}-S${(i * 5) % 8}`,
        due,
        amount: roll(12) ? usual : BigInt(roll(2)),
      };
    });
    const payments = Array.from({ length: roll(10) }, (_, i) => {
      const near = instalments[roll(instalments.length || 1)]?.due ?? released;
      const amount =
        [usual, usual, usual, usual / 2n, usual - 1n, usual + 1n, usual * 3n, 1n][roll(8)] ?? usual;
      return {
        payment_id: `${loan_id}-P${(i * 7) % 11}`,
        paid: near + [0, 0, 1, 5, 40, -3, -20][roll(7)]!,
        amount: amount || 1n,
      };
    });
    // The latest of the earlier payments of one amount, as the load picks it.
    const voids = roll(3) === 0 ? payments[roll(payments.length || 1)] : undefined;
    const reversals = voids
      ? [{ payment_id: `${loan_id}-R`, paid: voids.paid + roll(40), voids: voids.payment_id }]
      : [];
    const branch_id = [null, '1', '2', '3', '9'][roll(5)] ?? null;
    const borrower = roll(4);
    const known = {
      borrower_id: `B${borrower}`,
      borrower_name: borrower % 2 ? `name ${borrower}` : null,
      score: borrower || null,
    };
    const currency = roll(5) ? null : 'UGX';
    const terms = { released, amount: usual * 8n, currency, tolerance };
    return { loan_id, ...known, branch_id, ...terms, instalments, payments, reversals };
  });
  return { loans, branches, tolerance };
}

/** Replaces the book in a database by this one, with plain inserts. */
export async function putBook(
  { db }: TestDatabase,
  { loans, branches, tolerance = 0n }: Book,
): Promise<void> {
  await db('loan_book').delete();
  await db('loan_book').insert({ source: 'test', files: '[]', tolerance: money(tolerance) });
  await db.raw(
    `truncate borrowers, loans, payment_schedule, loan_payments, branches, loan_branches,
      borrower_names`,
  );
  const put = async (table: string, rows: object[]) =>
    void (rows.length > 0 && (await db(table).insert(rows)));
  const borrowers = [...new Map(loans.map((loan) => [loan.borrower_id, loan])).values()];
  await put(
    'borrowers',
    borrowers.map(({ borrower_id, score }) => ({
      borrower_id,
      zip_code: '00100',
      borrower_credit_score: score,
    })),
  );
  const named = borrowers.filter(({ borrower_name }) => borrower_name !== null);
  await put(
    'borrower_names',
    named.map(({ borrower_id, borrower_name }) => ({ borrower_id, borrower_name })),
  );
  await put('branches', branches);
  await put(
    'loans',
    loans.map(({ loan_id, borrower_id, released, amount, currency = null }) => ({
      ...{
        loan_id,
        borrower_id,
        currency,
        date_of_release: isoDay(released),
        term: 8,
        maturity_date: isoDay(released + 300),
      },
      ...{
        loan_amount: money(amount),
        downpayment: '1.5000',
        payment_frequency: money(amount / 8n),
      },
    })),
  );
  const placed = loans.filter(({ branch_id }) => branch_id !== null);
  await put(
    'loan_branches',
    placed.map(({ loan_id, branch_id }) => ({ loan_id, branch_id })),
  );
  for (const { loan_id, instalments, payments, reversals } of loans) {
    const due = (i: Loan['instalments'][number]) => ({
      expected_payment_date: isoDay(i.due),
      expected_payment_amount: money(i.amount),
    });
    await put(
      'payment_schedule',
      instalments.map((i) => ({ loan_id, schedule_id: i.schedule_id, ...due(i) })),
    );
    const isVoided = (id: string) => reversals.some(({ voids }) => voids === id);
    const paid = (p: Loan['payments'][number]) => ({
      date_paid: isoDay(p.paid),
      amount_paid: money(p.amount),
      status: isVoided(p.payment_id) ? 'voided' : 'received',
    });
    await put(
      'loan_payments',
      payments.map((p) => ({ loan_id, payment_id: p.payment_id, ...paid(p) })),
    );
    await put(
      'loan_payments',
      reversals.map(({ payment_id, paid: day, voids }) => ({
        ...{ loan_id, payment_id, voids_payment_id: voids, status: 'reversal' },
        date_paid: isoDay(day),
        amount_paid: `-${money(payments.find((p) => p.payment_id === voids)?.amount ?? 0n)}`,
      })),
    );
  }
  await db.raw('select refresh_allocation()');
}
