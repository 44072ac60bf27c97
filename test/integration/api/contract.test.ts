import axios from 'axios';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Operation,
  type Parameter,
  readContract,
  resolveRef,
  type Schema,
} from '../../../api/http/contract.ts';
import { seedLoanBook } from '../../../loans/sample.ts';
import { openDatabase } from '../../../platform/database.ts';
import { callApi, calledOperations, OPERATIONS } from '../../support/contract-client.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline } from '../../support/pipeline.ts';

const contract = readContract();
const REQUESTS = process.env['LONG_TESTS'] ? 20_000 : 2000;
const AT_ONCE = 6;
/** An event stream has no end and has its own test. */
const FUZZED = contract.operations.filter(({ id }) => id !== 'events');

describe('the contract', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  let runId: string;
  before(async function () {
    this.timeout(60_000);
    parts = await pipeline({ cooldownSeconds: 86_400 });
    const db = openDatabase({ url: parts.url, name: 'seed', deadlines: 'none' });
    await seedLoanBook(db);
    await db.destroy();
    await parts.query(
      `insert into dead_letters
         (topic, partition, record_offset, record_timestamp, key, value, headers, reason, detail)
       values ('fx.rates.v1', 0, 7, now(), 'USD-KES', '\\x00ff', '{"a":"b"}',
               'not Avro', 'cut short'),
              ('fx.rates.v1', 0, 8, now(), null, null, '{}', 'empty', '=1+1')`,
    );
    await parts.consumer();
    parts.producer();
    ({ url } = await parts.api());
    await eventually(async () =>
      expect((await parts.runs())[0]).to.include({ state: 'confirmed' }),
    );
    [{ run_id: runId }] = (await parts.query<{ run_id: string }>('select run_id from runs')) as [
      { run_id: string },
    ];
  });
  after(() => parts.stop());

  it('is served unchanged', async () => {
    const { data } = await callApi<{ openapi: string; paths: object }>(url, '/openapi.json');
    expect(data).to.deep.equal(contract.document);
  });

  it('holds for every operation in every format', async () => {
    const today = new Date().toISOString().slice(0, 10);
    for (const path of [
      '/v2/rates/latest',
      `/v2/rates?date=${today}`,
      '/v2/rates?group=week',
      '/v2/rates/KES/NGN',
      `/v2/observations?date=${today}`,
      '/v2/convert?from=KES&to=USD&amount=1250.50',
      '/v2/currencies',
      '/v2/status',
      '/v2/runs?limit=5',
      `/v2/runs/${runId}`,
      `/v2/runs/${runId}/answer`,
      '/v2/dead-letters',
      '/v2/dead-letters/1',
      '/v2/loan-book',
      '/v2/loans?as_of=2021-10-15&limit=2',
      '/v2/loans/09u924rbwf?as_of=2021-10-15',
      '/v2/loans/09u924rbwf/history?as_of=2021-10-15',
      '/v2/reports/loans?as_of=2021-10-15&in=USD',
      '/v2/reports/missed?as_of=2021-10-15&loan_id=32u09wekjbfje',
      '/v2/reports/par?as_of=2021-10-15&in=USD',
      '/v2/reports/roll?from=2021-08-31&as_of=2021-10-15',
      '/v1/rates',
      '/v1/rates/update',
      '/livez',
      '/readyz',
      '/metrics',
      '/openapi.json',
    ]) {
      expect((await callApi(url, path)).status, path).to.equal(200);
    }
    for (const { path } of contract.operations.filter(({ formats }) =>
      formats.includes('text/csv'),
    )) {
      const filled = path
        .replace('{base}', 'KES')
        .replace('{currency}', 'NGN')
        .replace('{loan_id}', '09u924rbwf');
      const required =
        path === '/v2/observations'
          ? `?date=${today}`
          : path === '/v2/reports/roll'
            ? '?from=2021-08-31'
            : '';
      for (const suffix of ['csv', 'xlsx', 'json']) {
        const { status, headers, bytes } = await callApi(url, `${filled}.${suffix}${required}`);
        expect([status, bytes.length > 20], `${path}.${suffix}`).to.deep.equal([200, true]);
        if (suffix !== 'json')
          expect(headers['content-disposition']).to.match(
            new RegExp(`^attachment; filename="[\\w.-]+\\.${suffix}"$`),
          );
      }
    }
    expect((await callApi(url, '/v1/rates/update', { method: 'POST' })).status).to.equal(200);
    expect(
      (await callApi(url, '/v2/runs', { method: 'POST', headers: { Prefer: 'wait=10' } })).status,
    ).to.equal(200);
    expect(
      (await callApi(url, '/v2/dead-letters/1/redrive', { method: 'POST', body: '{}' })).status,
    ).to.equal(202);
    expect(
      (await callApi(url, '/v2/dead-letters/1/close', { method: 'POST', body: '{}' })).status,
    ).to.equal(200);
    expect(await eventStream(`${url}/v2/events`)).to.deep.equal([200, 'text/event-stream']);
    calledOperations.add('events');
    expect([...OPERATIONS].sort()).to.deep.equal([...calledOperations].sort());
  });

  it('holds for thousands of random requests', async function () {
    this.timeout(400_000);
    const requests = fc.sample(
      fc.oneof(
        // Reports are slow, so there are fewer of them.
        ...FUZZED.map((operation) => ({
          weight: operation.tag === 'Loans' ? 1 : 3,
          arbitrary: requestOf(operation),
        })),
      ),
      REQUESTS,
    );
    const statuses = new Map<number, number>();
    const faults: string[] = [];
    const next = requests[Symbol.iterator]();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const { path, ...asking } of next) {
          await callApi(url, path, asking).then(
            ({ status }) => {
              statuses.set(status, (statuses.get(status) ?? 0) + 1);
              if (status >= 500) faults.push(`${asking.method} ${path} → ${status}`);
            },
            (error: Error) => faults.push(error.message),
          );
        }
      }),
    );
    expect(faults.slice(0, 5)).to.deep.equal([]);
    expect([...statuses.values()].reduce((sum, count) => sum + count)).to.equal(REQUESTS);
    // A fuzzer whose requests are all refused proves little.
    expect(statuses.get(200)).to.be.greaterThan(REQUESTS / 10);
  });
});

/** Requests for an operation: mostly as declared, often with something wrong in them. */
function requestOf({ method, path, parameters }: Operation) {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const given = fc.tuple(
    ...query.map((parameter) =>
      fc.option(valueFor(parameter), { freq: parameter.required ? 20 : 1, nil: undefined }),
    ),
  );
  const stray = fc.option(
    fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8, unit: 'binary' })),
    {
      freq: 1,
      nil: undefined,
    },
  );
  const inPath = fc.tuple(
    ...parameters.filter((parameter) => parameter.in === 'path').map(valueFor),
  );
  const headers = fc.record(
    {
      Accept: fc.constantFrom(
        '*/*',
        'application/json',
        'text/csv',
        'text/html',
        'application/json;q=0, */*',
        'x',
      ),
      'If-None-Match': fc.constantFrom('*', '"x"', 'W/"', ','),
      'If-Modified-Since': fc.constantFrom('x', 'Tue, 24 Nov 2026 01:00:00 GMT'),
      Prefer: fc.constantFrom('wait=0', 'wait=1', 'respond-async', 'wait=x', ';;'),
      Range: fc.constant('bytes=0-1'),
    },
    { requiredKeys: [] },
  );
  const body = fc.constantFrom(undefined, '{}', '{', '[]', 'null', '{"a":1}', '"x"', '');
  const suffix = fc.constantFrom('', '', '', '', '.csv', '.xlsx', '.json', '.xml');
  return fc
    .record({
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('put', 'delete', 'patch', 'post') },
      ),
      given,
      stray,
      inPath,
      headers,
      body,
      suffix,
    })
    .map((drawn) => {
      const values = [...drawn.inPath];
      const filled = path.replace(/\{\w+\}/g, () => encode(String(values.shift())) || '-');
      const pairs = query.flatMap(({ name }, at) =>
        drawn.given[at] === undefined ? [] : [`${name}=${encode(String(drawn.given[at]))}`],
      );
      if (drawn.stray && Math.abs(drawn.stray[1].length) % 3 === 0)
        pairs.push(drawn.stray.map(encode).join('='));
      const extension = path.startsWith('/v2') ? drawn.suffix : '';
      const search = pairs.length > 0 ? `?${pairs.join('&')}` : '';
      return {
        path: `${filled}${extension}${search}`,
        method: drawn.method.toUpperCase(),
        headers: drawn.headers as Record<string, string>,
        ...(drawn.method !== 'get' && drawn.body !== undefined && { body: drawn.body }),
      };
    });
}

/** Replaces lone surrogates, which cannot be sent. */
const encode = (text: string) => encodeURIComponent(Buffer.from(text).toString());

function valueFor({ name, schema }: Parameter): fc.Arbitrary<string> {
  const right: Record<string, fc.Arbitrary<string>> = {
    limit: fc.integer({ min: 1, max: 1000 }).map(String),
    amount: fc.constantFrom('0', '1', '1250.50', '999999999999999.9999999999'),
    loan_id: fc.constantFrom('09u924rbwf', '3240-9rfwb', 'none'),
    run_id: fc.uuid(),
    letter_id: fc.constantFrom('1', '2', '3', '999999999999999999'),
    cursor: fc
      .constantFrom(
        '2026-11-24\0KES',
        '1',
        '2026-99-99\0KES',
        '2026-02-30\0KES',
        '2026-02-30T00:00:00Z\0KES\0x',
        '"\0\\',
        '{}',
      )
      .map((key) => Buffer.from(key).toString('base64url')),
  };
  const { enum: choices, $ref, type } = schema as Schema & { enum?: string[] };
  const named = $ref?.split('/').at(-1);
  const fitting =
    right[name] ??
    (choices
      ? fc.constantFrom(...choices)
      : named === 'RequestedDay'
        ? fc.constantFrom(
            '2026-11-24',
            '2021-10-15',
            '2021-08-31',
            '1999-12-31',
            '2999-12-31',
            new Date().toISOString().slice(0, 10),
          )
        : named === 'CodeAsked' || type === 'array'
          ? fc.constantFrom(
              'KES',
              'ngn',
              'USD',
              'XOF',
              ...(type === 'array' ? ['KES,NGN', 'USD,USD'] : ['EUR']),
            )
          : named === 'Source'
            ? fc.constantFrom('xe', 'simulator')
            : fc.constant('x'));
  if ($ref) expect(resolveRef(contract.document, $ref)).to.be.an('object');
  const wrong = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('', '\0', '%', "'", '2026-02-30', '-1', '0', '1e9', '../..', ' ', 'null'),
  );
  return fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: wrong });
}

/** Status and content type of an event stream, which is closed as soon as it has begun. */
async function eventStream(address: string): Promise<[number, string]> {
  const leaving = new AbortController();
  const { status, headers, data } = await axios.get(address, {
    responseType: 'stream',
    signal: leaving.signal,
  });
  data.on('error', () => {});
  leaving.abort();
  return [status, String(headers['content-type'])];
}
