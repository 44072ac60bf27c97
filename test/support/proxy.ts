import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { preparedName } from '../../platform/sql.ts';

/** What happens to bytes on their way: nothing, or they are held back, come late, or trickle. */
export interface LinkState {
  readonly hold?: boolean;
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
}

/** Inspects a request; returns a matcher for its reply when it is the one to lose. */
export type ReplyOf = (request: Buffer) => ((reply: Buffer) => boolean) | null;

/** The network between two parts, as a test may want it: whole, or not. */
export interface NetworkProxy {
  readonly port: number;
  /** Resets every connection and refuses new ones. */
  cut(): void;
  restore(): void;
  /** Resets every connection once; new ones get through. */
  reset(): void;
  /** Sets the link from clients to the server and back, for open and new connections. */
  setLink(there: LinkState, back: LinkState): void;
  /** Lets the next matching request pass, and resets the client instead of the reply. */
  loseReply(replyOf: ReplyOf): void;
  /** How many replies were lost so. */
  lost(): number;
  stop(): Promise<void>;
}

const FINE: LinkState = {};
const SLICE = 128;

/** `target` may be changed meanwhile: new connections go to its new place. */
export async function startProxy(target: { host: string; port: number }): Promise<NetworkProxy> {
  const sockets = new Set<Socket>();
  let whole = true;
  let [there, back] = [FINE, FINE];
  let losing: ReplyOf | null = null;
  let lost = 0;

  const server = createServer((client) => {
    if (!whole) return client.resetAndDestroy();
    const upstream = connect(target);
    let doomed: ((reply: Buffer) => boolean) | null = null;
    const die = () => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', die);
      socket.on('close', () => {
        sockets.delete(socket);
        die();
      });
    }
    client.on('data', (bytes) => {
      const reply = losing?.(bytes) ?? null;
      if (!reply) return;
      doomed = reply;
      losing = null;
    });
    carry(client, upstream, () => there);
    carry(
      upstream,
      client,
      () => back,
      (bytes) => {
        if (!doomed?.(bytes)) return true;
        lost++;
        die();
        return false;
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      whole = false;
      reset();
    },
    restore: () => {
      whole = true;
      [there, back] = [FINE, FINE];
    },
    reset,
    setLink: (next, nextBack) => {
      [there, back] = [next, nextBack];
    },
    loseReply: (replyOf) => {
      losing = replyOf;
    },
    lost: () => lost,
    stop: async () => {
      whole = false;
      reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Forwards bytes one way, in order, as the link allows; drops what `passes` refuses. */
function carry(
  from: Socket,
  to: Socket,
  link: () => LinkState,
  passes: (bytes: Buffer) => boolean = () => true,
): void {
  const waiting: { bytes: Buffer; came: number }[] = [];
  let carrying = false;
  from.on('data', (bytes) => {
    waiting.push({ bytes, came: performance.now() });
    if (!carrying) void work();
  });
  async function work(): Promise<void> {
    carrying = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      while (link().hold && !to.destroyed) await pause(20);
      const { delayMs = 0 } = link();
      const late = next.came + delayMs - performance.now();
      if (late > 1) await pause(late);
      if (to.destroyed) break;
      if (passes(next.bytes)) await write(next.bytes);
    }
    carrying = false;
  }
  async function write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && !to.destroyed; ) {
      const { bytesPerSecond, hold } = link();
      const size = bytesPerSecond ? SLICE : bytes.length - at;
      if (hold || bytesPerSecond)
        await pause(hold ? 20 : (SLICE * 1000) / (bytesPerSecond as number));
      if (hold) continue;
      to.write(bytes.subarray(at, at + size));
      at += size;
    }
  }
}

/** Matches the reply to a Kafka Produce request by its correlation id: written, not confirmed. */
export const produceReply: ReplyOf = (request) => {
  const PRODUCE = 0;
  if (request.length < 12 || request.readInt16BE(4) !== PRODUCE) return null;
  const correlation = request.readInt32BE(8);
  return (reply) => reply.length >= 8 && reply.readInt32BE(4) === correlation;
};

/** Matches the reply to a statement that contains these words, or is prepared under its name. */
export function statementReply(words: string, sql: string): ReplyOf {
  const name = preparedName(sql);
  return (request) => (request.includes(words) || request.includes(name) ? () => true : null);
}
