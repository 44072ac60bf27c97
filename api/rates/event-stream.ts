import type { Response } from 'express';
import type { Database } from '../../platform/database.ts';
import { classify } from '../../platform/faults.ts';
import type { Logger } from '../../platform/logger.ts';
import { query, queryRow, sqlFile } from '../../platform/sql.ts';
import type { Handler } from '../http/operations.ts';
import { Refused, unavailable } from '../http/problems.ts';
import { withRequestTimeout } from '../http/request-timeout.ts';
import type { Schemas } from '../schemas.ts';

/** A position in the order in which observations were stored: transaction, then number in it. */
type Position = readonly [transaction: string, seq: string];
type StoredObservation = Schemas['Observation'] & { stored_by: string; seq: string };

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};
const BATCH = 500;
const HEARTBEAT_MS = 15_000;
/** A lost notification, or a transaction still in progress, delays an event by at most this. */
const POLL_MS = 1000;
/** Bytes that a client may leave unread. */
const MAX_UNREAD = 1024 * 1024;
const MAX_CLIENTS = 200;
const MAX_CLIENTS_PER_ADDRESS = 30;
const NEW_OBSERVATIONS = sqlFile(import.meta.url, 'sql/new_observations.sql');

interface Client {
  readonly res: Response;
  readonly address: string;
  position: Position;
  isReading: boolean;
  isWoken: boolean;
}

/** Server-sent events of newly stored rates. Clients at the same position share one query. */
export class EventStream {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #clients = new Set<Client>();
  readonly #reads = new Map<string, Promise<StoredObservation[]>>();
  readonly #timers: NodeJS.Timeout[];

  constructor({ db, log }: { db: Database; log: Logger }) {
    this.#db = db;
    this.#log = log;
    const sendHeartbeats = () => {
      for (const client of this.#clients) this.#write(client, ':\n\n');
    };
    this.#timers = [
      setInterval(this.wake, POLL_MS).unref(),
      setInterval(sendHeartbeats, HEARTBEAT_MS).unref(),
    ];
  }

  /** Sends what has been stored since. */
  readonly wake = (): void => {
    for (const client of this.#clients) void this.#advance(client);
  };

  /** Sends every observation stored after `since`, or from now on, until the client leaves. */
  async subscribe(res: Response, since: Position | null): Promise<void> {
    const address = res.req.ip ?? '';
    this.#refuseTooMany(address);
    const position = since ?? (await withRequestTimeout(currentPosition(this.#db)));
    if (res.destroyed) return;
    this.#refuseTooMany(address);
    res.writeHead(200, HEADERS);
    const client = { res, address, position, isReading: false, isWoken: false };
    // A browser that loses the connection reconnects after this many milliseconds.
    this.#write(client, 'retry: 2000\n\n');
    this.#clients.add(client);
    res.once('close', () => this.#clients.delete(client));
    await this.#advance(client);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { res } of this.#clients) res.end();
  }

  #readAfter([storedBy, seq]: Position): Promise<StoredObservation[]> {
    const key = `${storedBy}-${seq}`;
    const joined = this.#reads.get(key);
    if (joined !== undefined) return joined;
    const params = { storedBy, seq, limit: BATCH };
    const reading = query<StoredObservation>(this.#db, NEW_OBSERVATIONS, params).finally(() =>
      this.#reads.delete(key),
    );
    this.#reads.set(key, reading);
    return reading;
  }

  async #advance(client: Client): Promise<void> {
    client.isWoken = true;
    if (client.isReading) return;
    client.isReading = true;
    try {
      while (client.isWoken) {
        client.isWoken = false;
        const rows = await this.#readAfter(client.position);
        for (const { stored_by, seq, ...row } of rows) {
          client.position = [stored_by, seq];
          const id = `${stored_by}-${seq}`;
          const text = `id: ${id}\nevent: rate\ndata: ${JSON.stringify(row)}\n\n`;
          if (!this.#write(client, text)) return;
        }
        client.isWoken ||= rows.length === BATCH;
      }
    } catch (err) {
      // The position has not moved: the next poll reads the same rows.
      if (classify(err) === 'outage')
        return this.#log.debug({ err }, 'event stream: read failed, retrying');
      this.#log.error({ err }, 'event stream: read failed by a bug, client disconnected');
      client.res.destroy();
    } finally {
      client.isReading = false;
    }
  }

  #write({ res }: Client, text: string): boolean {
    if (res.destroyed || res.writableEnded) return false;
    res.write(text);
    if (res.writableLength <= MAX_UNREAD) return true;
    this.#log.info('event stream: client does not read, disconnected');
    res.destroy();
    return false;
  }

  #refuseTooMany(address: string): void {
    if (this.#clients.size >= MAX_CLIENTS)
      throw unavailable(`${MAX_CLIENTS} event streams are open; retry later`);
    const same = [...this.#clients].filter((client) => client.address === address).length;
    if (same >= MAX_CLIENTS_PER_ADDRESS)
      throw new Refused(
        'too-many-requests',
        `${MAX_CLIENTS_PER_ADDRESS} event streams are open from this address`,
        { headers: { 'Retry-After': '30' } },
      );
  }
}

/** The handler of GET /v2/events. */
export function eventHandlers(stream: EventStream): Record<string, Handler> {
  return {
    events: async ({ 'Last-Event-ID': last }, { method }, res) => {
      if (method === 'HEAD') {
        res.writeHead(200, HEADERS).end();
        return undefined;
      }
      const [transaction, seq] = String(last ?? '').split('-');
      await stream.subscribe(res, transaction && seq ? [transaction, seq] : null);
      return undefined;
    },
  };
}

/** The position after everything that is stored for good. */
async function currentPosition(db: Database): Promise<Position> {
  const { xmin } = await queryRow<{ xmin: string }>(
    db,
    'select pg_snapshot_xmin(pg_current_snapshot())::text as xmin',
  );
  return [xmin, '0'];
}
