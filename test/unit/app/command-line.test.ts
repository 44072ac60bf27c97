import { expect } from 'chai';
import { parseInstant } from '../../../app/command-line.ts';

describe('an instant on the command line', () => {
  it('is a day of UTC, its start or its end, or a time with its offset', () => {
    expect(parseInstant('2026-01-31')).to.equal('2026-01-31T00:00:00.000Z');
    expect(parseInstant('2026-01-31', { end: true })).to.equal('2026-02-01T00:00:00.000Z');
    expect(parseInstant('2026-01-31T23:00Z')).to.equal('2026-01-31T23:00:00.000Z');
    expect(parseInstant('2026-01-31T23:00:00.5+03:00')).to.equal('2026-01-31T20:00:00.500Z');
  });

  for (const text of ['2026-1-5', '2026-01-31T23:00', '2026-01-31 23:00Z', '12', 'yesterday', ''])
    it(`is refused when it could mean another one: "${text}"`, () => {
      expect(() => parseInstant(text, { end: true })).to.throw(/use a day or an instant/);
    });

  it('is refused on a day that does not exist', () => {
    for (const text of ['2026-02-30', '2026-02-30T00:00:00Z'])
      expect(() => parseInstant(text)).to.throw(/does not exist/);
  });
});
