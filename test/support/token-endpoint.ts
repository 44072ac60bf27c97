import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const CLIENT = { id: 'fx client', secret: 'canary secret of tests' };
export const SCOPE = 'kafka.write';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An OAuth token endpoint whose tokens Kafka's mode for tests accepts: they have no signature. */
export async function startTokenEndpoint({ seconds = 300 } = {}) {
  let issued = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk));
    request.on('end', () => {
      const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
      const [id, secret] = Buffer.from(basic, 'base64').toString().split(':');
      const form = new URLSearchParams(body);
      const isClient =
        decodeURIComponent(id ?? '') === CLIENT.id &&
        decodeURIComponent(secret ?? '') === CLIENT.secret &&
        form.get('grant_type') === 'client_credentials' &&
        form.get('scope') === SCOPE;
      response.setHeader('content-type', 'application/json');
      if (!isClient) return response.writeHead(401).end('{"error":"invalid_client"}');
      issued++;
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: CLIENT.id, iat: now, exp: now + seconds, scope: [SCOPE] };
      const access_token = `${encode({ alg: 'none' })}.${encode(claims)}.`;
      return response.end(JSON.stringify({ access_token, expires_in: seconds }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/token`,
    issued: () => issued,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
