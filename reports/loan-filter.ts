import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { query, type SqlParams } from '../platform/sql.ts';

/** Which loans: each condition that is given has to hold. */
export interface LoanFilter {
  readonly status?: string | undefined;
  /** Id or name of a branch. */
  readonly branch?: string | undefined;
  readonly currency?: string | undefined;
  /** At least so many days past due. */
  readonly minDays?: number | undefined;
  /** Words that loan, borrower and branch contain between them. */
  readonly find?: string | undefined;
}

/** The filter as a condition on the rows of the loan report. */
export const MATCHES = `
  (cast(:status as text) is null or status = :status)
  and (cast(:branch as text) is null or branch_id = :branch or lower(branch) = lower(:branch))
  and (cast(:currency as text) is null or currency = upper(:currency))
  and current_days_past_due >= :min_days
  and not exists (
    select from unnest(cast(:words as text[])) word
    where strpos(lower(concat_ws(' ', loan_id, borrower_id, borrower_name, branch)), lower(word))
          = 0
  )`;

/** The parameters of `MATCHES`. */
export function filterParams(asOf: string, filter: LoanFilter): SqlParams {
  return {
    as_of: asOf,
    status: filter.status ?? null,
    branch: filter.branch ?? null,
    currency: filter.currency ?? null,
    min_days: filter.minDays ?? 0,
    words: (filter.find ?? '').split(/\s+/).filter((word) => word !== ''),
  };
}

const BRANCHES = `
select branch_id, branch,
       branch_id = :branch or lower(coalesce(branch, '')) = lower(:branch) as found
from (
  select branch_id, branch from branches
  union all
  select distinct branch_id, null from loan_branches
  where branch_id not in (select branch_id from branches)
) known
order by branch, branch_id`;
const CURRENCIES = `
select currency from loans where currency is not null
union
select currency from branches where currency is not null
order by currency`;

/** Throws InvalidRequest, naming those of the book, for a branch or currency it does not have. */
export async function checkFilter(db: Database, { branch, currency }: LoanFilter): Promise<void> {
  if (branch !== undefined) {
    type Branch = { branch_id: string; branch: string | null; found: boolean };
    const known = await query<Branch>(db, BRANCHES, { branch });
    if (!known.some(({ found }) => found))
      throw unknownValue(
        'branch',
        branch,
        known.map(({ branch_id, branch: name }) => (name ? `${name} (${branch_id})` : branch_id)),
      );
  }
  if (currency !== undefined) {
    const known = (await query<{ currency: string }>(db, CURRENCIES)).map((row) => row.currency);
    if (!known.includes(currency.toUpperCase())) throw unknownValue('currency', currency, known);
  }
}

const MAX_LISTED = 20;

function unknownValue(parameter: string, given: string, known: readonly string[]) {
  const list = known
    .slice(0, MAX_LISTED)
    .join(', ')
    .replace(/\p{Cc}/gu, ' ');
  const more = known.length - MAX_LISTED;
  const expected = known.length === 0 ? 'this book has none' : `use one of ${list}`;
  const rest = more > 0 ? ` and ${more} more` : '';
  return new InvalidRequest(`${parameter}: ${expected}${rest} (got ${JSON.stringify(given)})`, {
    parameter,
  });
}

/** The conditions as a note states them. */
export function describeFilter(filter: LoanFilter): string[] {
  const { status, branch, currency, minDays, find } = filter;
  return [
    status && `status ${status}`,
    branch && `branch ${branch}`,
    currency && `currency ${currency.toUpperCase()}`,
    minDays !== undefined && `${minDays} or more days past due`,
    find && `containing "${find}"`,
  ].filter((condition) => typeof condition === 'string');
}

/** The conditions as a file is named by them. */
export const nameFilter = ({ status, branch, currency, minDays, find }: LoanFilter) => [
  ...[status, branch, currency],
  ...[minDays === undefined ? undefined : `min-${minDays}-days`, find && `find-${find}`],
];
