import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { quantile } from './case.ts';

export interface Load {
  readonly perSecond: number;
  /** In ms. */
  readonly p99: number;
}

/**
 * Requests one path after the other on `connections` kept alive, one request at a time each, for
 * `seconds`; a connection that the server closes is replaced. Only looks for the end of a response,
 * so that the client costs little. Rejects for any status but 200.
 */
export async function loadHttp(
  url: string,
  nextPath: () => string,
  {
    connections,
    seconds,
    encoding = 'identity',
    accept = () => '*/*',
  }: {
    connections: number;
    seconds: number;
    encoding?: 'identity' | 'br' | 'gzip';
    accept?: () => string;
  },
): Promise<Load> {
  const { hostname, port } = new URL(url);
  const waits: number[] = [];
  const end = performance.now() + seconds * 1000;

  /** Requests on one connection until the time is over or the server closes it. */
  function converse(): Promise<void> {
    return new Promise((resolve, reject) => {
      let asked = performance.now();
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let head = '';
      let left = -1;
      const ask = () => {
        head = '';
        left = -1;
        socket.write(
          `GET ${nextPath()} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
            `Accept-Encoding: ${encoding}\r\nAccept: ${accept()}\r\n\r\n`,
        );
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
  const began = performance.now();
  const oneAfterTheOther = async () => {
    do await converse();
    while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: connections }, oneAfterTheOther));
  const took = (performance.now() - began) / 1000;
  return { perSecond: waits.length / took, p99: quantile(waits, 0.99) };
}
