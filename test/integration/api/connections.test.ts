import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import axios from 'axios';
import { expect } from 'chai';
import express from 'express';
import { sendCached } from '../../../api/http/caching.ts';
import { type Listening, listenOn } from '../../../api/http/server.ts';
import { eventually } from '../../support/eventually.ts';
import { startNginx } from '../../support/nginx.ts';
import { pipeline } from '../../support/pipeline.ts';

describe('a client of a large response', () => {
  const body = Buffer.alloc(128 * 1024 * 1024);
  let server: Listening;
  const closed: string[] = [];
  before(async () => {
    const app = express();
    app.get('/:name', (req, res) => {
      res.once('close', () => closed.push(String(req.params['name'])));
      return sendCached(req, res, { body, headers: {} });
    });
    const settings = { host: '127.0.0.1', port: 0, keepAliveSeconds: 5, stallMs: 2000 };
    server = await listenOn(app, settings);
  });
  after(() => server.stop());
  const request = async (name: string): Promise<Socket> => {
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    socket.on('error', () => {}).pause();
    socket.write(`GET /${name} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    return socket;
  };

  it('is disconnected if it does not read; one that reads slowly is not', async () => {
    const slow = await request('slow');
    let read = 0;
    slow.on('data', (bytes: Buffer) => {
      read += bytes.length;
      slow.pause();
    });
    const reading = setInterval(() => slow.resume(), 5);
    const silent = await request('silent');
    await eventually(() => expect(closed).to.deep.equal(['silent']));
    const before = read;
    await eventually(() => expect(read).to.be.above(before + 1_000_000));
    expect(closed).to.deep.equal(['silent']);
    clearInterval(reading);
    for (const socket of [slow, silent]) socket.destroy();
  });
});

describe('the connections of a reverse proxy', () => {
  it('stay open for longer than the 60 s of nginx and load balancers', async function () {
    this.timeout(60_000);
    const parts = await pipeline({ apiToken: 'a-token-of-thirty-two-characters!', trustProxy: 1 });
    const { url } = await parts.api();
    const { headers } = await axios.get(`${url}/livez`);
    const [, seconds] = /^timeout=(\d+)/.exec(String(headers['keep-alive'])) ?? [];
    expect(Number(seconds)).to.be.at.least(65);
    await parts.stop();
  });

  it('are used again by nginx', async () => {
    const ports = new Set<number | undefined>();
    const app = express();
    app.get('/', (req, res) => {
      ports.add(req.socket.remotePort);
      res.end();
    });
    const server = await listenOn(app, { host: '127.0.0.1', port: 0, keepAliveSeconds: 75 });
    const nginx = await startNginx(
      'location / { proxy_pass http://api; proxy_http_version 1.1; ' +
        'proxy_set_header Connection ""; }',
      `upstream api { server ${new URL(server.url).host}; keepalive 1; keepalive_timeout 60s; }`,
    );
    for (let n = 0; n < 20; n++) expect((await axios.get(nginx.url)).status).to.equal(200);
    expect(ports.size, 'connections from nginx').to.equal(1);
    await nginx.stop();
    await server.stop();
  });
});
