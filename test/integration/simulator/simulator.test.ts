import { once } from 'node:events';
import { connect } from 'node:net';
import axios from 'axios';
import { expect } from 'chai';
import currencyCodes from 'currency-codes';
import sinon from 'sinon';
import { CannotStart } from '../../../platform/errors.ts';
import {
  type Simulator,
  type SimulatorSettings,
  startSimulator,
} from '../../../simulator/index.ts';

const NOW = '2026-11-24T13:37:42.500Z';
const SEVEN = { NGN: 1500, GHS: 11, KES: 129, UGX: 3600, MAD: 9.3, XOF: 560, EGP: 48 };
const ALL_SEVEN = Object.keys(SEVEN).join();
const ACCOUNT = { accountId: 'somebody', apiKey: 'a:key' };
const LEGAL = {
  terms: 'http://www.xe.com/legal/dfs.php',
  privacy: 'http://www.xe.com/privacy.php',
};

describe('the XE simulator', () => {
  const running: Simulator[] = [];
  afterEach(async () => {
    sinon.restore();
    await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
  });

  async function start(settings: Partial<SimulatorSettings> = {}) {
    const simulator = await startSimulator({
      mode: 'live',
      now: () => new Date(NOW),
      ...ACCOUNT,
      ...settings,
    });
    running.push(simulator);
    const ask = async (
      path: string,
      { method = 'get', auth = { username: 'somebody', password: 'a:key' }, headers = {} } = {},
    ) => {
      const response = await axios.request<string>({
        url: simulator.url + path,
        method,
        auth,
        headers,
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
      });
      const { status, data: text } = response;
      return {
        status,
        text,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
    };
    return { simulator, ask };
  }

  /** The digits of the first rate in a response, exactly as sent. */
  const digits = (text: string, name = 'mid') =>
    new RegExp(`"${name}":([0-9.]+)`).exec(text)?.[1] ?? 'none';
  /** The same as a whole number of units of the last decimal. */
  const units = (text: string, name = 'mid') => BigInt(digits(text, name).replace('.', ''));
  const rounded = (top: bigint, bottom: bigint) => (2n * top + bottom) / (2n * bottom);

  describe('on each endpoint', () => {
    it('answers convert_from with one mid for each currency, in the requested order', async () => {
      const { ask } = await start();
      const { status, body, headers, text } = await ask(
        `convert_from.json/?from=USD&to=${ALL_SEVEN}&amount=1`,
      );
      expect(status).to.equal(200);
      expect(headers).to.include({ 'x-simulator': '1', 'cache-control': 'private, max-age=60' });
      expect(headers['content-type']).to.match(/^application\/json/);
      expect(text).to.match(
        new RegExp(
          '^\\{"terms":"[^"]+","privacy":"[^"]+","from":"USD","amount":1\\.0,' +
            '"timestamp":"2026-11-24T13:37:00Z","to":\\[',
        ),
      );
      expect(body.to.map((rate: { quotecurrency: string }) => rate.quotecurrency).join()).to.equal(
        ALL_SEVEN,
      );
      for (const rate of body.to) expect(rate).to.have.all.keys('quotecurrency', 'mid');
    });

    it('answers convert_to with from and to exchanged', async () => {
      const { ask } = await start();
      const { body } = await ask('convert_to?to=KES&from=USD&amount=55');
      const { body: back } = await ask('convert_from?from=KES&to=USD&amount=55');
      expect(body).to.deep.equal({
        ...LEGAL,
        to: 'KES',
        amount: 55,
        timestamp: back.timestamp,
        from: back.to,
      });
    });

    it('answers historic_rate for a day', async () => {
      const { ask } = await start();
      const { body } = await ask('historic_rate?to=kes&date=2024-02-29');
      expect(body).to.deep.include({
        ...LEGAL,
        from: 'USD',
        amount: 1,
        timestamp: '2024-02-29T00:00:00Z',
      });
      expect(body.to).to.have.lengthOf(1);
      expect(body.to[0]).to.have.all.keys('quotecurrency', 'mid');
    });

    it('answers monthly_average with the mean of the days, up to today', async () => {
      const { ask, simulator } = await start();
      const { body } = await ask(
        'monthly_average?to=KES,GHS&year=2026&inverse=true&decimal_places=4',
      );
      expect(body).to.deep.include({ ...LEGAL, from: 'USD', amount: 1, year: 2026 });
      expect(body.to.GHS.map((month: { daysInMonth: number }) => month.daysInMonth)).to.deep.equal([
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 24,
      ]);
      expect(simulator.ratesServed()).to.equal(22);
      const { body: days } = await ask(
        'historic_rate/period?to=KES&start_timestamp=2026-11-01&end_timestamp=2026-11-24',
      );
      const mean = days.to.KES.reduce((sum: number, day: { mid: number }) => sum + day.mid, 0) / 24;
      const { monthlyAverage, monthlyAverageInverse, month } = body.to.KES.at(-1);
      expect(month).to.equal(11);
      expect(monthlyAverage).to.be.closeTo(mean, 0.0001);
      expect(monthlyAverageInverse).to.be.closeTo(1 / mean, 0.0001);
      expect((await ask('monthly_average?to=KES&year=2026&month=12')).status).to.equal(400);
      expect((await ask('monthly_average?to=KES&margin=1')).status).to.equal(400);
    });

    it('answers account_info with a package that is clearly not real', async () => {
      const { ask } = await start({ mode: 'daily', packageLimit: 77 });
      const { body } = await ask('account_info');
      expect(body).to.include({
        package: 'SIMULATOR_DAILY_NO_REAL_DATA',
        package_limit: 77,
        package_limit_remaining: 77,
      });
      expect(body).to.include({
        package_limit_duration: '1 month',
        package_limit_reset: '2026-12-01T00:00:00Z',
      });
      expect(body.id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      for (const moment of ['service_start_timestamp', 'service_end_timestamp'])
        expect(body[moment]).to.match(/^\d{4}-\d{2}-\d{2}T00:00:00Z$/);
    });

    it('lists currencies by prefix, obsolete ones and symbols on request', async () => {
      const { ask } = await start();
      const { body } = await ask('currencies?iso=ke,UG,USD');
      expect(body).to.deep.equal({
        ...LEGAL,
        currencies: [
          { iso: 'KES', currency_name: 'Kenyan Shilling', is_obsolete: false },
          { iso: 'UGX', currency_name: 'Ugandan Shilling', is_obsolete: false },
          { iso: 'USD', currency_name: 'US Dollar', is_obsolete: false },
        ],
      });
      const { body: old } = await ask('currencies?iso=GH&obsolete=true&additionalInfo=symbol');
      expect(old.currencies[0]).to.include({
        iso: 'GHC',
        is_obsolete: true,
        superseded_by: 'GHS',
        superceded_by: 'GHS',
        currency_symbol: '¢',
      });
      const codes = (await ask('currencies?iso=*')).body.currencies.map(
        ({ iso }: { iso: string }) => iso,
      );
      expect(codes)
        .to.include.members([...Object.keys(SEVEN), 'EUR', 'GBP', 'ZAR', 'TZS'])
        .and.not.include('GHC');
    });

    it('has every currency of ISO 4217 that money is counted in', async () => {
      const { ask } = await start();
      const listed = (await ask('currencies?obsolete=true')).body.currencies.map(
        ({ iso }: { iso: string }) => iso,
      );
      const units = 'BOV CHE CHW CLF COU MXV USN UYI UYW XBA XBB XBC XBD XSU XTS XUA XXX';
      expect(listed).to.have.length(new Set(listed).size);
      expect([...listed, ...units.split(' ')]).to.include.members(currencyCodes.codes());
      const { body } = await ask('convert_to?to=RUB&from=CAD&amount=55');
      expect(body.from[0].mid).to.be.closeTo((55 * 1.38) / 79, 0.4);
    });

    it('replaces an obsolete currency with its successor unless obsolete=true', async () => {
      const { ask } = await start();
      const { body } = await ask('convert_from?to=GHC,GHS');
      const { body: old } = await ask('convert_from?to=GHC&obsolete=true');
      expect(
        body.to.map(({ quotecurrency }: { quotecurrency: string }) => quotecurrency),
      ).to.deep.equal(['GHS']);
      expect(old.to[0].quotecurrency).to.equal('GHC');
      expect(old.to[0].mid).to.be.closeTo(body.to[0].mid * 10_000, 0.001);
    });
  });

  describe('when a URL has another suffix', () => {
    const queries = {
      account_info: '',
      currencies: '',
      convert_from: 'to=KES',
      convert_to: 'from=KES',
      historic_rate: 'to=KES&date=2026-01-05',
      'historic_rate/period': 'to=KES&start_timestamp=2026-01-05',
      monthly_average: 'to=KES',
    };
    for (const [name, query] of Object.entries(queries)) {
      it(`accepts every JSON form of ${name} and no other format`, async () => {
        const { ask } = await start();
        const plain = await ask(`${name}?${query}`);
        expect(plain.status).to.equal(200);
        for (const suffix of ['.json', '/', '.json/'])
          expect(
            (await ask(`${name}${suffix}?${query}`)).text.replace(/_remaining":\d+/, ''),
          ).to.equal(plain.text.replace(/_remaining":\d+/, ''));
        for (const suffix of ['.csv', '.xml/']) {
          const other = await ask(`${name}${suffix}?${query}`);
          expect(other.status).to.equal(400);
          expect(other.body.message).to.contain('only json');
        }
      });
    }

    it("accepts the empty parameters that XE's own Node client sends", async () => {
      const { ask } = await start();
      const rest = 'obsolete=false&inverse=false';
      const period = await ask(
        'historic_rate/period.json?amount=1&from=USD&to=KES&start_timestamp=&end_timestamp=' +
          `&interval=DAILY&${rest}&page=1&per_page=30`,
      );
      expect(
        period.body.to.KES.map(({ timestamp }: { timestamp: string }) => timestamp),
      ).to.deep.equal(['2026-11-24T00:00:00Z']);
      const average = await ask(`monthly_average.json?from=USD&to=*&amount=1&year=&month=&${rest}`);
      expect(average.body.to.KES).to.have.lengthOf(11);
      expect(
        (await ask(`convert_from.json?from=USD&to=*&amount=1&${rest}`)).body.to.length,
      ).to.be.above(10);
    });

    for (const path of [
      'stats?to=KES',
      'central_bank_rate',
      'nothing',
      '../',
      'convert_from.json.json?to=KES',
    ])
      it(`answers 404 to ${path}`, async () => {
        const { ask } = await start();
        const { status, body, headers } = await ask(path);
        expect(status).to.equal(404);
        expect(body).to.have.all.keys('code', 'message', 'documentation_url');
        expect(headers['x-simulator']).to.equal('1');
      });
  });

  describe('when a request is invalid', () => {
    it('refuses wrong credentials with code 1 and bills nothing', async () => {
      const { ask, simulator } = await start();
      for (const auth of [
        { username: 'somebody', password: 'wrong' },
        { username: 'else', password: 'a:key' },
      ]) {
        const { status, body, headers } = await ask('convert_from?to=KES', { auth });
        expect(status).to.equal(401);
        expect(body).to.include({ code: 1, message: 'Bad credentials' });
        expect(headers).to.include({
          'x-simulator': '1',
          'www-authenticate': 'Basic realm="XE API simulator"',
        });
      }
      const { status } = await axios.get(`${simulator.url}account_info`, {
        validateStatus: () => true,
      });
      expect(status).to.equal(401);
      expect([simulator.calls(), simulator.ratesServed()]).to.deep.equal([0, 0]);
    });

    it('names every unknown currency with code 7', async () => {
      const { ask, simulator } = await start();
      const now = await ask('convert_from?from=QQQ&to=KES,ZZZ,NGN,xxq,zzz');
      expect(now.status).to.equal(400);
      expect(now.body).to.include({
        code: 7,
        message: 'No QQQ, ZZZ, XXQ found on 2026-11-24T13:37:00Z',
      });
      const then = await ask('historic_rate?to=ZZZ,KES&date=2026-01-05');
      expect(then.body).to.include({ code: 7, message: 'No ZZZ found on 2026-01-05T00:00:00Z' });
      expect(simulator.ratesServed()).to.equal(0);
    });

    for (const method of ['post', 'put', 'delete', 'head'])
      it(`answers 405 to ${method}`, async () => {
        const { ask } = await start();
        const { status, headers } = await ask('convert_from?to=KES', { method });
        expect(status).to.equal(405);
        expect(headers).to.include({ allow: 'GET', 'x-simulator': '1' });
      });

    const refused = {
      'convert_from?from=USD': 'to is required',
      'convert_from?to=,': 'to is required',
      'convert_to?to=USD': 'from is required',
      'convert_from?to=KES&to=NGN': 'to is given more than once',
      'convert_from?to=KES&amount=0': 'amount must be above 0',
      'convert_from?to=KES&amount=-1': 'amount must be above 0',
      'convert_from?to=KES&amount=1e3': 'amount must be a plain decimal, got 1e3',
      'convert_from?to=KES&inverse=yes': 'inverse must be true or false, got yes',
      'convert_from?to=KES&obsolete=1': 'obsolete must be true or false, got 1',
      'convert_from?to=KES&decimal_places=11':
        'decimal_places must be a whole number from 0 to 10, got 11',
      'convert_from?to=KES&decimal_places=2.5':
        'decimal_places must be a whole number from 0 to 10, got 2.5',
      'convert_from?to=KES&margin=much': 'margin must be a plain decimal, got much',
      'convert_from?to=KES&margin=-100': 'margin must be above -100 percent',
      'currencies?language=fr': 'language: the simulator knows only en, got fr',
      'historic_rate?to=KES': 'date is required',
      'historic_rate?to=KES&date=2026-11-25':
        'date must not be in the future, got 2026-11-25T00:00:00Z',
      'historic_rate?to=KES&date=2026-11-24&time=13:38':
        'date must not be in the future, got 2026-11-24T13:38:00Z',
    };
    for (const [path, message] of Object.entries(refused))
      it(`answers 400 to ${path}`, async () => {
        const { ask } = await start();
        const { status, body } = await ask(path);
        expect(status).to.equal(400);
        expect(body.message).to.equal(message);
        expect(body.code).to.equal(9400);
        expect(body.documentation_url).to.match(/^https:/);
      });

    // The codes that the tests of XE's Java SDK expect.
    const codes = {
      'historic_rate?to=KES&date=1995-11-15': 8,
      'historic_rate?to=CAD&from=SZL&date=1980-06-27&time=20:06': 8,
      'historic_rate/period?to=USD&start_timestamp=1000-10-10&end_timestamp=2000-10-10': 10,
      'monthly_average?to=USD&year=3000&month=1': 14,
      'monthly_average?to=USD&year=2000&month=21': 15,
    };
    for (const [path, code] of Object.entries(codes))
      it(`answers ${path} with code ${code}`, async () => {
        const { ask } = await start();
        const { status, body } = await ask(path);
        expect([status, body.code]).to.deep.equal([400, code]);
      });

    for (const day of [
      '2026-02-30',
      '2025-02-29',
      '2026-13-01',
      '2026-1-5',
      'yesterday',
      '2026-01-05&time=24:00',
      '2026-01-05&time=9:00',
    ])
      it(`rejects ${day} as a day and time`, async () => {
        const { ask } = await start();
        const { status, body } = await ask(`historic_rate?to=KES&date=${day}`);
        expect(status).to.equal(400);
        expect(body.message).to.match(
          /^date must be an existing UTC day YYYY-MM-DD and time hh:mm, got /,
        );
      });

    it('answers 500 with code 0 after a bug of its own, and emits a process warning', async () => {
      const warned = sinon.stub(process, 'emitWarning');
      let clock = NOW;
      const { ask } = await start({ now: () => new Date(clock) });
      clock = 'broken';
      const { status, body, headers } = await ask('convert_from?to=KES');
      expect(status).to.equal(500);
      expect(body).to.include({ code: 0, message: 'An unexpected error occurred' });
      expect(headers['x-simulator']).to.equal('1');
      expect(warned.firstCall.args[0]).to.be.instanceOf(RangeError);
    });
  });

  describe('its quota', () => {
    it('counts each rate, refuses a request that exceeds it, and resets monthly', async () => {
      let clock = NOW;
      const { ask, simulator } = await start({ packageLimit: 10, now: () => new Date(clock) });
      const quotaOf = (headers: Record<string, unknown>, family: string) =>
        ['limit', 'remaining', 'reset'].map((name) => headers[`x-${family}-${name}`]);
      const december = String(Date.UTC(2026, 11) / 1000);

      const first = await ask(`convert_from?to=${ALL_SEVEN}`);
      for (const family of ['ratelimit', 'raterequest'])
        expect(quotaOf(first.headers, family)).to.deep.equal(['10', '3', december]);
      await ask('convert_from?to=ZZZ');
      const refused = await ask(`historic_rate?to=${ALL_SEVEN}&date=2026-01-05`);
      expect(refused.status).to.equal(429);
      expect(refused.headers['retry-after']).to.equal(
        String(Math.ceil((Date.UTC(2026, 11) - Date.parse(NOW)) / 1000)),
      );
      expect(quotaOf(refused.headers, 'ratelimit')).to.deep.equal(['10', '3', december]);
      expect(refused.body).to.have.all.keys('code', 'message', 'documentation_url');
      expect((await ask('account_info')).body.package_limit_remaining).to.equal(3);

      const last = await ask(
        'historic_rate/period?to=KES&start_timestamp=2026-01-05&end_timestamp=2026-01-07',
      );
      expect(quotaOf(last.headers, 'raterequest')).to.deep.equal(['10', '0', december]);
      expect((await ask('currencies')).status).to.equal(200);
      expect((await ask('convert_from?to=KES')).status).to.equal(429);
      expect([simulator.calls(), simulator.ratesServed()]).to.deep.equal([2, 10]);

      clock = '2026-12-01T00:00:00Z';
      const next = await ask('convert_from?to=KES');
      expect(quotaOf(next.headers, 'raterequest')).to.deep.equal([
        '10',
        '9',
        String(Date.UTC(2027, 0) / 1000),
      ]);
      expect(simulator.ratesServed()).to.equal(11);
    });

    it('is charged for a 304, the response to a known ETag until rates change', async () => {
      let clock = NOW;
      const { ask, simulator } = await start({ now: () => new Date(clock) });
      for (const path of ['convert_from?to=KES', 'convert_to?from=KES', 'currencies']) {
        const { headers } = await ask(path);
        const again = await ask(path, { headers: { 'If-None-Match': headers['etag'] } });
        expect([again.status, again.text]).to.deep.equal([304, '']);
        expect(again.headers).to.include({
          'x-simulator': '1',
          'x-ratelimit-limit': '10000',
          etag: headers['etag'],
        });
        expect(headers['last-modified']).to.be.a('string');
        clock = new Date(Date.parse(clock) + 60_000).toISOString();
        const later = await ask(path, { headers: { 'If-None-Match': headers['etag'] } });
        expect(later.status).to.equal(path === 'currencies' ? 304 : 200);
      }
      expect(simulator.ratesServed()).to.equal(6);
      expect((await ask('historic_rate?to=KES&date=2026-01-05')).headers).to.not.have.property(
        'etag',
      );
    });
  });

  describe('its digits', () => {
    it('have ten decimals; a currency in itself is 1.0000000000', async () => {
      const { ask } = await start();
      for (const code of Object.keys(SEVEN))
        expect(digits((await ask(`convert_from?to=${code}`)).text)).to.match(/^\d+\.\d{10}$/);
      expect(digits((await ask('convert_from?to=USD')).text)).to.equal('1.0000000000');
      expect(digits((await ask('convert_from?from=KES&to=KES')).text)).to.equal('1.0000000000');
    });

    it('are multiplied by the amount exactly, beyond the precision of a double', async () => {
      const { ask } = await start();
      const one = units((await ask('convert_from?to=UGX')).text);
      const many = await ask('convert_from?to=UGX&amount=0123456789012.345670');
      expect(units(many.text)).to.equal(rounded(one * 12345678901234567n, 100_000n));
      expect(many.text).to.contain('"amount":123456789012.34567,');
      expect((await ask('convert_from?to=UGX&amount=55')).text).to.contain('"amount":55.0,');
    });

    it('of a cross rate, an inverse, a margin and fewer decimals are rounded once', async () => {
      const { ask } = await start();
      const ngn = units((await ask('convert_from?to=NGN')).text);
      const kes = units((await ask('convert_from?to=KES')).text);
      expect(units((await ask('convert_from?from=KES&to=NGN')).text)).to.equal(
        rounded(ngn * 10n ** 10n, kes),
      );
      expect(units((await ask('convert_from?to=NGN&inverse=True')).text, 'inverse')).to.equal(
        rounded(10n ** 20n, ngn),
      );
      expect(units((await ask('convert_from?to=NGN&margin=2.05')).text)).to.equal(
        rounded(ngn * 10_205n, 10_000n),
      );
      expect(units((await ask('convert_from?to=NGN&margin=-3')).text)).to.equal(
        rounded(ngn * 97n, 100n),
      );
      expect(digits((await ask('convert_from?to=NGN&decimal_places=0')).text)).to.equal(
        String(rounded(ngn, 10n ** 10n)),
      );
      const short = await ask('convert_from?from=NGN&to=USD&decimal_places=4');
      expect(digits(short.text)).to.match(/^0\.000\d$/);
      expect(units(short.text)).to.equal(rounded(10n ** 14n, ngn));
    });
  });

  describe('the rate of a past day', () => {
    it('is the same in another run, at another time, on another package', async () => {
      const path = `historic_rate?to=${ALL_SEVEN},EUR&date=2026-01-05`;
      const { ask: here } = await start();
      const { ask: there } = await start({
        mode: 'daily',
        now: () => new Date('2031-05-06T07:08:09Z'),
      });
      expect((await here(path)).text).to.equal((await there(path)).text);
    });

    it('is the same as in every earlier version', async () => {
      const { ask } = await start();
      expect(digits((await ask('historic_rate?to=KES&date=2026-01-05')).text)).to.equal(
        '128.0402232622',
      );
    });

    it('is at 00:00 that of a Daily package, at a minute that of a Live one', async () => {
      const { ask: daily } = await start({ mode: 'daily' });
      const { ask: live } = await start();
      const { ask: later } = await start({ now: () => new Date('2027-01-01T00:00:00Z') });
      const [ofDay, ofMinute] = [
        await daily('convert_from?to=KES'),
        await live('convert_from?to=KES'),
      ];
      expect([ofDay.body.timestamp, ofMinute.body.timestamp]).to.deep.equal([
        '2026-11-24T00:00:00Z',
        '2026-11-24T13:37:00Z',
      ]);
      expect((await later('historic_rate?to=KES&date=2026-11-24')).text).to.equal(ofDay.text);
      expect((await later('historic_rate?to=KES&date=2026-11-24&time=13:37')).text).to.equal(
        ofMinute.text,
      );
      expect(ofMinute.body.to[0].mid)
        .to.be.closeTo(ofDay.body.to[0].mid, 129 * 0.02)
        .and.not.equal(ofDay.body.to[0].mid);
    });
  });

  it('changes rates smoothly around their usual level over two years', async () => {
    const { ask } = await start({ mode: 'daily', packageLimit: 10_000 });
    const days: Record<string, { mid: number; timestamp: string }[]> = {};
    for (const page of [1, 2]) {
      const period = 'start_timestamp=2024-11-24&end_timestamp=2026-11-24&per_page=500';
      const { body } = await ask(`historic_rate/period?to=${ALL_SEVEN}&${period}&page=${page}`);
      for (const code of Object.keys(SEVEN)) days[code] = [...(days[code] ?? []), ...body.to[code]];
    }
    for (const [code, usual] of Object.entries(SEVEN)) {
      const mids = days[code]!.map(({ mid }) => mid);
      expect(mids).to.have.lengthOf(731);
      expect(Math.min(...mids), code).to.be.above(usual * 0.8);
      expect(Math.max(...mids), code).to.be.below(usual * 1.2);
      expect(Math.max(...mids) / Math.min(...mids), code).to.be.above(1.03);
      const steps = mids.slice(1).map((mid, index) => Math.abs(mid / mids[index]! - 1));
      expect(Math.max(...steps), code).to.be.below(0.012);
      expect(Math.min(...steps), code).to.be.above(0);
    }
    expect(days['KES']!.map(({ mid }) => mid / 129)).to.not.deep.equal(
      days['XOF']!.map(({ mid }) => mid / 560),
    );
  });

  describe('a period', () => {
    const timestamps = (body: { to: Record<string, { timestamp: string }[]> }, code = 'KES') =>
      body.to[code]!.map(({ timestamp }) => timestamp);

    it('has pages without gaps or repeats, of thirty days by default', async () => {
      const { ask } = await start();
      const period =
        'historic_rate/period?to=KES,NGN&start_timestamp=2026-01-01&end_timestamp=2026-02-15';
      const whole = timestamps((await ask(`${period}&per_page=500`)).body);
      expect(whole).to.have.lengthOf(46);
      expect([whole[0], whole[31], whole[45]]).to.deep.equal([
        '2026-01-01T00:00:00Z',
        '2026-02-01T00:00:00Z',
        '2026-02-15T00:00:00Z',
      ]);
      expect(timestamps((await ask(period)).body, 'NGN')).to.deep.equal(whole.slice(0, 30));
      expect(timestamps((await ask(`${period}&page=2`)).body)).to.deep.equal(whole.slice(30));
      expect(timestamps((await ask(`${period}&page=3&per_page=20`)).body)).to.deep.equal(
        whole.slice(40),
      );
      const beyond = await ask(`${period}&page=4&per_page=20`);
      expect(beyond.body.to).to.deep.equal({ KES: [], NGN: [] });
      for (const wrong of ['per_page=501', 'per_page=0', 'page=0', 'page=two'])
        expect((await ask(`${period}&${wrong}`)).status, wrong).to.equal(400);
    });

    it("has each day's own rate, with the same options as a single day", async () => {
      const { ask } = await start();
      const options = 'from=KES&to=NGN&amount=2.5&inverse=true&decimal_places=6';
      const { body } = await ask(
        `historic_rate/period?${options}&start_timestamp=2026-01-04&end_timestamp=2026-01-05`,
      );
      const { body: day } = await ask(`historic_rate?${options}&date=2026-01-05`);
      const { mid, inverse } = day.to[0];
      expect(body).to.deep.include({ ...LEGAL, from: 'KES', amount: 2.5 });
      expect(body.to.NGN[1]).to.deep.equal({ mid, inverse, timestamp: '2026-01-05T00:00:00Z' });
    });

    it('keeps the time of its start on Live packages, ends now, and can be hourly', async () => {
      const { ask } = await start();
      const daily = await ask(
        'historic_rate/period?to=KES&start_timestamp=2026-11-22T14:00&end_timestamp=2030-01-01',
      );
      expect(timestamps(daily.body)).to.deep.equal([
        '2026-11-22T14:00:00Z',
        '2026-11-23T14:00:00Z',
      ]);
      const hourly = await ask(
        'historic_rate/period?to=KES&interval=Hourly' +
          '&start_timestamp=2026-11-24T11:30&end_timestamp=2030-01-01',
      );
      expect(timestamps(hourly.body)).to.deep.equal([
        '2026-11-24T11:30:00Z',
        '2026-11-24T12:30:00Z',
        '2026-11-24T13:30:00Z',
      ]);
    });

    for (const spelled of [
      '2026-11-23T14:00Z',
      '2026-11-23T14:00:00',
      '2026-11-23T15:00:00%2B0100',
      '2026-11-23T09:30:00-04:30',
    ])
      it(`takes ${spelled} for 14:00 UTC`, async () => {
        const { ask } = await start();
        const { body } = await ask(`historic_rate/period?to=RUB&start_timestamp=${spelled}`);
        expect(timestamps(body, 'RUB')).to.deep.equal(['2026-11-23T14:00:00Z']);
      });

    it('has only 00:00 on Daily packages, which refuse hours and times', async () => {
      const { ask } = await start({ mode: 'daily' });
      const { body } = await ask(
        'historic_rate/period?to=KES' +
          '&start_timestamp=2026-11-22T14:00&end_timestamp=2026-11-23T09:00',
      );
      expect(timestamps(body)).to.deep.equal(['2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z']);
      expect(
        (await ask('historic_rate/period?to=KES&start_timestamp=2026-11-22&interval=hourly'))
          .status,
      ).to.equal(403);
      expect((await ask('historic_rate?to=KES&date=2026-11-22&time=10:00')).status).to.equal(403);
    });

    for (const wrong of [
      'start_timestamp=2026-02-30',
      'start_timestamp=2026-11-25',
      'start_timestamp=2026-01-05&end_timestamp=2026-01-04',
      'start_timestamp=2026-01-05T10:00:60Z',
      'start_timestamp=2026-01-05T10:00CET',
      'start_timestamp=2026-01-05&interval=weekly',
    ])
      it(`refuses ${wrong}`, async () => {
        const { ask } = await start();
        expect((await ask(`historic_rate/period?to=KES&${wrong}`)).status).to.equal(400);
      });
  });

  describe('when it starts and stops', () => {
    it('reports a port that is taken and what to do', async () => {
      const { simulator } = await start();
      const port = Number(new URL(simulator.url).port);
      const failure = await startSimulator({ mode: 'live', port, ...ACCOUNT }).catch(
        (error: unknown) => error,
      );
      expect(failure).to.be.instanceOf(CannotStart);
      expect((failure as CannotStart).message).to.equal(
        `The XE simulator cannot listen on 127.0.0.1:${port} (the port is taken): ` +
          'set SIMULATOR_PORT to a free port, or to 0 to let it pick one.',
      );
    });

    it('stops at once in the middle of a request, and can be stopped twice', async () => {
      const { simulator } = await start();
      const { port, hostname } = new URL(simulator.url);
      const socket = connect(Number(port), hostname);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n');
      await once(socket, 'data');
      const cut = once(socket, 'close');
      await simulator.stop();
      await simulator.stop();
      await cut;
      const failure = await axios.get(simulator.url).catch((error: unknown) => error);
      expect(failure).to.have.property('code', 'ECONNREFUSED');
    });
  });
});
