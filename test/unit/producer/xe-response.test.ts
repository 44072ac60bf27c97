import { expect } from 'chai';
import { UpstreamError } from '../../../platform/errors.ts';
import { readXeResponse } from '../../../producer/providers/xe/client.ts';

const ASKED = ['KES', 'NGN'];
const NOW = '2026-11-24T01:00:00Z';
const read = (text: string) => readXeResponse(text, { currencies: ASKED, now: NOW, days: null });
const answer = (to: string, rest = '"timestamp":"2026-11-24T00:00:00Z"') =>
  `{"terms":"t","from":"USD","amount":1.0,${rest},"to":[${to}]}`;
const KES = '{"quotecurrency":"KES","mid":129.1500000000}';
const NGN = '{"quotecurrency":"NGN","mid":1543.21}';

describe("XE's answer", () => {
  it('is read digit for digit', () => {
    expect(read(answer(`${KES},${NGN}`))).to.deep.equal({
      quotes: [
        { currency: 'KES', mid: '129.1500000000', observedAt: '2026-11-24T00:00:00.000Z' },
        { currency: 'NGN', mid: '1543.21', observedAt: '2026-11-24T00:00:00.000Z' },
      ],
      missing: [],
      unrequested: [],
      cost: 2,
    });
  });

  it('names what is missing of what was asked', () => {
    expect(read(answer(NGN)).missing).to.deep.equal(['KES']);
  });

  it('names a currency that misses a day of the period', () => {
    const day = (n: number) => `{"mid":129.15,"timestamp":"2026-11-0${n}T00:00:00Z"}`;
    const period = (kes: string) =>
      `{"from":"USD","amount":1.0,"to":{"KES":[${kes}],"NGN":[${day(1)},${day(2)},${day(3)}]}}`;
    const asked = {
      currencies: ASKED,
      now: NOW,
      days: { first: '2026-11-01', last: '2026-11-03' },
    };
    expect(readXeResponse(period(`${day(1)},${day(3)}`), asked)).to.deep.include({
      missing: ['KES'],
    });
    expect(readXeResponse(period(`${day(1)},${day(2)},${day(3)}`), asked)).to.deep.include({
      missing: [],
    });
  });

  it('is used without the currency that replaces a superseded one, and names both', () => {
    const eur = '{"quotecurrency":"EUR","mid":0.86}';
    expect(read(answer(`${KES},${eur}`))).to.deep.equal({
      quotes: [{ currency: 'KES', mid: '129.1500000000', observedAt: '2026-11-24T00:00:00.000Z' }],
      missing: ['NGN'],
      unrequested: ['EUR'],
      cost: 2,
    });
  });

  it('may be old: a daily package repeats the day before', () => {
    expect(read(answer(KES, '"timestamp":"2026-11-22T00:00:00Z"')).quotes[0]?.observedAt).to.equal(
      '2026-11-22T00:00:00.000Z',
    );
  });

  const refused: [string, string, RegExp][] = [
    ['an HTML page', '<html>busy</html>', /expected JSON, got "<html>/],
    ['truncated JSON', answer(KES).slice(0, -5), /expected JSON/],
    ['nothing', '', /expected JSON, got ""/],
    ['a list', '[]', /expected a JSON object/],
    ['an error with status 200', '{"code":3,"message":"no"}', /error 3: "no"/],
    ['another base', answer(KES).replace('USD', 'EUR'), /expected rates from USD, got "EUR"/],
    [
      'another amount',
      answer(KES).replace('1.0', '100.0'),
      /expected rates for amount 1, got 100\.0/,
    ],
    ['no quotes', answer(''), /expected quotes for KES, NGN, got none/],
    ['a doubled currency', answer(`${KES},${KES}`), /expected each currency once, got KES twice/],
    [
      'only currencies that were not requested',
      answer('{"quotecurrency":"GHS","mid":11}'),
      /expected quotes for KES, NGN, got "GHS"/,
    ],
    [
      'a mid of zero',
      answer('{"quotecurrency":"KES","mid":0.000}'),
      /plain decimal above 0 for KES, got 0\.000/,
    ],
    ['a negative mid', answer('{"quotecurrency":"KES","mid":-1}'), /got -1/],
    ['a mid of null', answer('{"quotecurrency":"KES","mid":null}'), /got null/],
    ['a mid in quotes', answer('{"quotecurrency":"KES","mid":"129.15"}'), /got "129\.15"/],
    ['a mid of 1e308', answer('{"quotecurrency":"KES","mid":1e308}'), /got 1e308/],
    ['no mid', answer('{"quotecurrency":"KES"}'), /got nothing/],
    [
      'a timestamp more than a day ahead',
      answer(KES, '"timestamp":"2026-11-25T01:00:01Z"'),
      /at most a day ahead/,
    ],
    [
      'a timestamp without a zone',
      answer(KES, '"timestamp":"2026-11-24T00:00:00"'),
      /expected a UTC timestamp/,
    ],
    ['no timestamp', answer(KES, '"x":1'), /expected a UTC timestamp, got nothing/],
  ];
  for (const [what, text, message] of refused) {
    it(`is refused whole when it is or holds ${what}`, () => {
      expect(() => read(text)).to.throw(UpstreamError, message);
    });
  }
});
