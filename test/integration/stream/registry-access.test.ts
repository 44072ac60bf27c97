import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { registrySettings } from '../../../app/event-stream.ts';
import { RATE_OBSERVED_SCHEMA } from '../../../events/rate-observed.ts';
import { readConfig } from '../../../platform/config.ts';
import type { StreamUnavailable } from '../../../platform/errors.ts';
import { openSchemaRegistry, type RegistrySettings } from '../../../stream/schema-registry.ts';
import { examineRegistry } from '../../../tools/doctor/registry.ts';
import { brokerMissing, sharedBroker } from '../../support/broker.ts';
import { type Authority, makeAuthority } from '../../support/certificates.ts';

const BASIC = `Basic ${Buffer.from('fx:canary/word').toString('base64')}`;
const BEARER = 'Bearer canary-token';

(brokerMissing() ? describe.skip : describe)('a registry that asks who we are', function () {
  this.timeout(120_000);
  const dir = mkdtempSync(join(tmpdir(), 'fx-registry-'));
  const servers: Server[] = [];
  let authority: Authority;
  let url: string;
  let expiredUrl: string;

  before('put TLS and authentication before a real registry', async function () {
    this.timeout(180_000);
    authority = makeAuthority(dir);
    const { registryUrl } = await sharedBroker();
    const start = async (options: { expired?: true }) => {
      const { pem } = authority.issue(`registry-${servers.length}`, options);
      const server = createServer(pem, (req, res) => {
        const { authorization = '', ...headers } = req.headers;
        if (![BASIC, BEARER].includes(authorization))
          return res.writeHead(401).end('{"error_code":40101,"message":"Unauthorized"}');
        const to = `${registryUrl}${req.url}`;
        const upstream = request(to, { method: req.method as string, headers }, (answer) => {
          res.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(res);
        });
        return req.pipe(upstream);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    };
    url = await start({});
    expiredUrl = await start({ expired: true });
  });
  after(() => {
    for (const server of servers) server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const settings = (environment: Record<string, string>) =>
    registrySettings(readConfig(environment, '/nonexistent')) as RegistrySettings;
  const register = (environment: Record<string, string>) =>
    openSchemaRegistry(settings(environment))
      .register(`${randomUUID()}-value`, RATE_OBSERVED_SCHEMA)
      .then(
        (id) => typeof id,
        (err: StreamUnavailable) => err.message,
      );
  const withLogin = (user = 'fx:canary%2Fword') => ({
    SCHEMA_REGISTRY_URL: url.replace('://', `://${user}@`),
    SCHEMA_REGISTRY_CA: authority.pem,
  });

  it('accepts basic authentication by its URL, over TLS with a private authority', async () => {
    expect(await register(withLogin())).to.equal('number');
    expect(await register(withLogin('fx:canary-other'))).to.match(
      /^schema registry \S+: .* status 401: .*: check user and password in SCHEMA_REGISTRY_URL/,
    );
  });

  it('accepts a bearer token', async () => {
    const bearer = { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_CA: authority.pem };
    expect(await register({ ...bearer, SCHEMA_REGISTRY_TOKEN: 'canary-token' })).to.equal('number');
    const refused = await register({ ...bearer, SCHEMA_REGISTRY_TOKEN: 'canary-other' });
    expect(refused).to.match(/status 401: .*, or SCHEMA_REGISTRY_TOKEN$/);
    expect(refused).not.to.contain('canary');
  });

  it('is not trusted without its authority, or when its certificate has expired', async () => {
    expect(await register({ SCHEMA_REGISTRY_URL: url })).to.match(
      /got UNABLE_TO_VERIFY_LEAF_SIGNATURE: set SCHEMA_REGISTRY_CA_FILE to the file of its/,
    );
    const expired = { SCHEMA_REGISTRY_URL: expiredUrl, SCHEMA_REGISTRY_CA: authority.pem };
    expect(await register(expired)).to.match(/got CERT_HAS_EXPIRED: renew the certificate/);
  });

  it('is examined by the doctor, who names the fix', async () => {
    const schema = { subject: `${randomUUID()}-value`, schema: RATE_OBSERVED_SCHEMA };
    const examine = async (environment: Record<string, string>) =>
      (await examineRegistry({ ...settings(environment), ...schema }))[0];
    expect(await examine(withLogin())).to.include({ state: 'note' });
    expect(await examine(withLogin('fx:canary-other'))).to.include({
      code: 'registry_unavailable',
      fix: 'check user and password in SCHEMA_REGISTRY_URL, or SCHEMA_REGISTRY_TOKEN',
    });
  });
});
