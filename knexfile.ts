import type { Knex } from 'knex';
import { readConfig } from './platform/config.ts';
import { knexSettings } from './platform/database.ts';
import { runningUrl } from './platform/embedded-postgres/join.ts';
import { CannotStart } from './platform/errors.ts';

/** For knex's own command line: `npx knex migrate:status`. */
export default function settings(): Knex.Config {
  const { DATABASE_URL, DATA_DIR } = readConfig();
  const url = DATABASE_URL ?? runningUrl(DATA_DIR);
  if (!url)
    throw new CannotStart(
      `No embedded Postgres runs on ${DATA_DIR}: start one with npm start, or set DATABASE_URL`,
    );
  return knexSettings({ url, name: 'knex', deadlines: 'none' });
}
