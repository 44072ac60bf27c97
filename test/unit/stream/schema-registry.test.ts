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
