/** Why Postgres, or a pooler before it, refuses us: a code for programs, and what to do. */
export interface PostgresRefusal {
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
}

/** What pg sends beside user and database when it connects. */
const STARTUP_PARAMETERS =
  'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

interface PostgresError {
  readonly code?: string;
  readonly message?: string;
  /** Of a file that cannot be read. */
  readonly path?: string;
}

/** Explains an error that a retry cannot cure; null for any other. */
export function explainRefusal(url: string, err: unknown): PostgresRefusal | null {
  const { code = '', message = '', path } = err as PostgresError;
  const { host, pathname } = new URL(url);
  const at = `Postgres at ${host}${pathname}`;
  const refused = (name: string, fix: string) => ({
    ...{ code: name, fix },
    detail: `${at} refuses us (${message})`,
  });
  if (path !== undefined && code.startsWith('E'))
    return {
      code: 'postgres_tls',
      detail: `${path} cannot be read (${code})`,
      fix: 'correct sslrootcert, sslcert or sslkey in DATABASE_URL',
    };
  const known = explainPooler(host, message) ?? explainTls(at, code, message);
  if (known) return known;
  if (code === '3D000')
    return refused('database_missing', 'create the database, or correct its name in DATABASE_URL');
  // From Postgres 15 on, users may create nothing in the schema public.
  if (code === '3F000' || (code === '42501' && message.includes('schema')))
    return refused(
      'schema_missing',
      'give the user a schema of its own: create schema fx authorization USER, and ' +
        '?options=-c%20search_path=fx in DATABASE_URL',
    );
  if (/^28|^42501/.test(code))
    return refused(
      'postgres_refused',
      'check user, password and database in DATABASE_URL, and DATABASE_PASSWORD_FILE',
    );
  return null;
}

function explainPooler(host: string, message: string): PostgresRefusal | null {
  if (/unsupported startup parameter/.test(message))
    return {
      code: 'pooler_refuses_parameters',
      detail: `PgBouncer at ${host} refuses us (${message})`,
      fix:
        `set pool_mode = session and ignore_startup_parameters = ${STARTUP_PARAMETERS} in ` +
        "pgbouncer.ini, and run on Postgres: alter role … set timezone = 'UTC'",
    };
  if (/statement pooling mode/.test(message))
    return {
      code: 'pooler_transaction_mode',
      detail: `PgBouncer at ${host} ends a session with each statement`,
      fix: 'set pool_mode = session in pgbouncer.ini',
    };
  return null;
}

function explainTls(at: string, code: string, message: string): PostgresRefusal | null {
  const refusal = (detail: string, fix: string) => ({
    code: 'postgres_tls',
    detail: `${at} ${detail}`,
    fix,
  });
  if (/does not support SSL/.test(message))
    return refusal('has no TLS', 'leave sslmode out of DATABASE_URL, or set up TLS there');
  if (/no encryption|SSL off/.test(message))
    return refusal(
      `wants TLS (${message})`,
      'add sslmode=require to DATABASE_URL, or verify-full with sslrootcert',
    );
  if (/client certificate/.test(message) || code.startsWith('ERR_SSL'))
    return refusal(
      `refuses our certificate, or wants one (${code || message})`,
      'set sslcert and sslkey in DATABASE_URL to a valid one',
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return refusal(
      'has a certificate for another host name',
      'use the name of its certificate in DATABASE_URL',
    );
  if (code === 'CERT_HAS_EXPIRED')
    return refusal('has a certificate that has expired', 'renew it there');
  if (/CERT|VERIFY/.test(code))
    return refusal(
      `has a certificate that is not trusted (${code})`,
      'add sslrootcert=/path/to/ca.pem, the file of its certificate authority, to DATABASE_URL',
    );
  return null;
}
