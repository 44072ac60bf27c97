import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { quantile } from './case.ts';

export interface Load {
  readonly perSecond: number;
  /** In ms. */
  readonly p99: number;
}

interface LoadSettings {
  readonly connections: number;
  readonly seconds: number;
  readonly encoding?: 'identity' | 'br' | 'gzip';
  /** The Accept header of the next request. */
  readonly accept?: () => string;
}

/**
 * Requests one path after the other on `connections` kept alive, one request at a time each, for
 * `seconds`; a connection that the server closes is replaced. Rejects for any status but 200.
 */
export async function loadHttp(
  url: string,
  nextPath: () => string,
  { connections, seconds, encoding = 'identity', accept = () => '*/*' }: LoadSettings,
): Promise<Load> {
  const { host } = new URL(url);
  const nextRequest = () =>
    `GET ${nextPath()} HTTP/1.1\r\nHost: ${host}\r\n` +
    `Accept-Encoding: ${encoding}\r\nAccept: ${accept()}\r\n\r\n`;
  const waits: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  const oneAfterTheOther = async () => {
    do await converse(host, { nextRequest, waits, end });
    while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: connections }, oneAfterTheOther));
  const took = (performance.now() - began) / 1000;
  return { perSecond: waits.length / took, p99: quantile(waits, 0.99) };
}

/**
 * Requests on one connection until the time is over or the server closes it. Only looks for the
 * end of a response, so that the client costs little.
 */
function converse(
  host: string,
  { nextRequest, waits, end }: { nextRequest: () => string; waits: number[]; end: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const [hostname, port] = host.split(':') as [string, string];
    let asked = performance.now();
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let head = '';
    let left = -1;
    const ask = () => {
      head = '';
      left = -1;
      socket.write(nextRequest());
    };
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      let length = chunk.length;
      if (left < 0) {
        head += chunk.toString('latin1');
        const ends = head.indexOf('\r\n\r\n');
        if (ends < 0) return;
        if (!head.startsWith('HTTP/1.1 200'))
          return reject(new Error(`expected 200, got ${head.slice(0, 200)}`));
        left = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
        length = head.length - ends - 4;
      }
      left -= length;
      if (left > 0) return;
      waits.push(performance.now() - asked);
      asked = performance.now();
      if (asked < end && !/\r\nconnection: close/i.test(head)) return ask();
      socket.destroy();
      resolve();
    });
  });
}
