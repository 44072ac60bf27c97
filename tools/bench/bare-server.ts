import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';

/** A peer of the API: serves the bytes of a file by bare node:http or a bare Express app. */
const [kind, file] = process.argv.slice(2) as [string, string];
const bytes = readFileSync(file);

const app = express();
app.get('/v1/rates', (_req, res) => {
  res.type('application/json').send(bytes);
});
const server = createServer(
  kind === 'express'
    ? app
    : (_req, res) => {
        res
          .writeHead(200, {
            'content-type': 'application/json; charset=utf-8',
            'content-length': bytes.length,
          })
          .end(bytes);
      },
);
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`),
);
