import { CannotStart } from '../platform/errors.ts';
import { classify } from '../platform/faults.ts';

/** What to tell a person when Postgres answers and does not let us in; null for every other error. */
export function refusal(url: string, error: unknown): CannotStart | null {
  const { code = '', message } = error as { code?: string; message: string };
  if (!/^28|^3D000|^42501/.test(code)) return null;
  const { host, pathname } = new URL(url);
  return new CannotStart(
    `Postgres at ${host}${pathname} refuses us (${message}): check user, password and database in DATABASE_URL`,
    {
      cause: error,
    },
  );
}

/** Does work that needs Postgres now. Throws `CannotStart` with one sentence when Postgres cannot be reached, refuses us, or goes away halfway. */
export async function withinReach<Result>(
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (classify(error) !== 'outage') throw refusal(url, error) ?? error;
    const reason = (error as { code?: string }).code ?? (error as Error).message;
    throw new CannotStart(
      `Postgres at ${new URL(url).host} cannot be reached (${reason}): start it, or correct DATABASE_URL`,
      {
        cause: error,
      },
    );
  }
}
