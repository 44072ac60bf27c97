import { connect } from 'node:net';

const CONNECT_MS = 2000;

/** Why no connection can be made to `host:port`, or null when one can. */
export function reach(address: string): Promise<string | null> {
  const at = address.lastIndexOf(':');
  const socket = connect({
    host: address.slice(0, at),
    port: Number(address.slice(at + 1)),
    timeout: CONNECT_MS,
  });
  return new Promise<string | null>((resolve) => {
    socket.once('connect', () => resolve(null));
    socket.once('timeout', () => resolve(`no answer within ${CONNECT_MS / 1000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  }).finally(() => socket.destroy());
}
