import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { RATE_OBSERVED_SCHEMA, UndecodableRecord } from '../../../events/rate-observed.ts';
import { encodeRate, rateDecoder } from '../../../events/wire-format.ts';
import { openSchemaRegistry } from '../../../stream/schema-registry.ts';
import { makeRate } from '../../support/make-rate.ts';

describe('a schema registry that does not answer as it should', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let asked = 0;
  const registry = () =>
    openSchemaRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const decode = async () => {
    const decoder = rateDecoder((id) => registry().schema(id));
    return decoder(encodeRate(makeRate('KES', '129.15'), 77)).then(
      () => 'decoded',
      (error: Error) =>
        error instanceof UndecodableRecord ? `dead: ${error.reason}` : `again: ${error.message}`,
    );
  };
  beforeEach(async () => {
    server = createServer((_req, res) => {
      asked++;
      res.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const says = (status: number, body: unknown) => {
    answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };

  it('makes a dead letter only when it says that it has no such schema', async () => {
    says(404, { error_code: 40403, message: 'Schema not found' });
    expect(await decode()).to.equal('dead: unknown schema id');
    // What a wrong path gets from the same registry, and from any other server.
    says(404, { error_code: 404, message: 'HTTP 404 Not Found' });
    expect(await decode()).to.match(/^again: schema registry .* status 404/);
    says(404, '<html>not here</html>');
    expect(await decode()).to.match(/^again: schema registry .* status 404/);
  });

  it('has the records come again while it is away, overloaded, or somebody else', async () => {
    says(503, { error_code: 50001 });
    expect(await decode()).to.match(/^again: schema registry .* status 503/);
    says(200, '<html>a login page</html>');
    expect(await decode()).to.match(
      /^again: schema registry .*expected a schema for id 77, got "<html>/,
    );
    says(200, {});
    expect(await decode()).to.match(/^again: .*expected a schema for id 77, got {}/);
    const error = await registry()
      .register('fx-value', RATE_OBSERVED_SCHEMA)
      .catch((thrown: Error) => thrown.message);
    expect(error).to.match(/expected an id for fx-value, got {}/);
  });

  it('is asked again for an id that it did not know, and once for one that it does', async () => {
    const before = asked;
    const decoder = rateDecoder((id) => registry().schema(id));
    const bytes = encodeRate(makeRate('KES', '129.15'), 77);
    says(404, { error_code: 40403 });
    await decoder(bytes).catch(() => undefined);
    says(200, { schema: RATE_OBSERVED_SCHEMA });
    await decoder(bytes);
    await decoder(bytes);
    expect(asked - before).to.equal(2);
  });
});

describe('registering the schema', () => {
  let server: Server;
  let answers: Record<string, [status: number, body: object][]>;
  let requests: string[];
  const register = () =>
    openSchemaRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      .register('fx-value', RATE_OBSERVED_SCHEMA)
      .catch((error: Error) => `${error.name}: ${error.message}`);
  beforeEach(async () => {
    requests = [];
    server = createServer((req, res) => {
      requests.push(`${req.method} ${req.url}`);
      const [status, body] = answers[req.url as string]?.shift() ?? [500, {}];
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const LOOK_UP = '/subjects/fx-value';
  const VERSIONS = '/subjects/fx-value/versions';
  const unknown: [number, object] = [404, { error_code: 40401 }];

  it('looks it up first, so that a read-only registry will do', async () => {
    answers = { [LOOK_UP]: [[200, { id: 7 }]], [VERSIONS]: [[403, {}]] };
    expect(await register()).to.equal(7);
    expect(requests).to.deep.equal([`POST ${LOOK_UP}`]);
  });

  it('registers a schema that the registry does not have', async () => {
    answers = { [LOOK_UP]: [unknown], [VERSIONS]: [[200, { id: 8 }]] };
    expect(await register()).to.equal(8);
  });

  it('takes the id of another producer that registered it at the same moment', async () => {
    answers = {
      [LOOK_UP]: [unknown, [200, { id: 9 }]],
      [VERSIONS]: [[409, { error_code: 409, message: 'already exists' }]],
    };
    expect(await register()).to.equal(9);
  });

  it('refuses to start with a schema that earlier readers cannot read', async () => {
    answers = {
      [LOOK_UP]: [unknown, unknown],
      [VERSIONS]: [[409, { error_code: 409, message: 'incompatible: mid' }]],
    };
    expect(await register()).to.match(/^CannotStart: .*refuses the schema.*incompatible: mid/);
  });

  it('is an outage while the registry fails', async () => {
    answers = { [LOOK_UP]: [[503, {}]] };
    expect(await register()).to.match(/^StreamUnavailable: schema registry .*503/);
  });
});
