import type pg from 'pg';

/** Closes a connection at once; a polite end would wait for a server that does not answer. */
export function destroyConnection(client: pg.Client): void {
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  ).connection.stream.destroy();
}

/**
 * A server that was demoted in a fail-over stays read-only; the next connection may find the new.
 */
const READ_ONLY = '25006';

/**
 * knex's `afterCreate`: destroys a connection that is read-only, or whose query timed out. pg gives
 * up the query and not the connection, on which the late reply would be taken for that of the next
 * query. Neither pg nor knex has an option for it, so the one method that sees both is wrapped.
 */
export function dropWhenDirty(connection: pg.Client, done: (error?: Error) => void): void {
  const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
  const wrapped = (config: unknown, callback: unknown, ...rest: unknown[]) => {
    if (typeof callback !== 'function') return query(config, callback, ...rest);
    return query(config, (error: (Error & { code?: string }) | null, result: unknown) => {
      if (error?.message === 'Query read timeout' || error?.code === READ_ONLY)
        destroyConnection(connection);
      callback(error, result);
    });
  };
  connection.query = wrapped as typeof connection.query;
  done();
}
