import { expect } from 'chai';
import { latestSlot, nextSlot, slotsBetween } from '../../../ledger/schedule.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

/**
 * The lender's zones, common ones, and odd ones: offsets of half an hour, days without a midnight,
 * changes of the clock across midnight.
 */
const ZONES = [
  'UTC',
  'Africa/Lagos',
  'Africa/Nairobi',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Europe/London',
  'America/New_York',
  'America/Nuuk',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Beirut',
  'Australia/Lord_Howe',
];
const CRONS = {
  '0 1,23 * * *': ['01:00', '23:00'],
  '0 0 * * *': ['00:00'],
  '30 0,1,2,23 * * *': ['00:30', '01:30', '02:30', '23:30'],
};
const [FROM, UNTIL] = ['2024-01-01T00:00:00.000Z', '2030-12-31T23:59:59.000Z'];
const QUARTER = 900;
const [FIRST, LAST] = [
  Date.parse('2023-12-29T00:00:00Z') / 1000,
  Date.parse('2031-01-03T00:00:00Z') / 1000,
];
const NODE_RULES = process.versions['tz'] ?? '';
/** The tzdata of PostgreSQL 18.4, which cannot report it. A newer server may have newer rules. */
const POSTGRES_RULES = '2026b';

describe('the slots of every day from 2024 to 2030', function () {
  this.timeout(30_000);
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  /** The local time of a zone at every quarter of an hour, by Postgres' rules. */
  async function postgresClock(zone: string): Promise<readonly number[]> {
    const [row] = await database.query<{ clock: number[] }>(
      `select array_agg(extract(epoch from to_timestamp(t) at time zone ?)::int order by t) as clock
       from generate_series(?::int, ?::int, ?::int) as t`,
      [zone, FIRST, LAST, QUARTER],
    );
    return row?.clock ?? [];
  }

  /**
   * The first instant at which a zone's clocks show each local time, by Node's rules. Postgres must
   * agree; a difference passes only where Node has newer rules, and is then reported loudly.
   */
  async function firstInstants(zone: string): Promise<Map<number, number>> {
    const [own, other] = [nodeClock(zone), await postgresClock(zone)];
    expect(other).to.have.length(own.length);
    const differing = own.flatMap((reading, n) =>
      reading === other[n] ? [] : [FIRST + n * QUARTER],
    );
    if (differing.length > 0) {
      const since = new Date((differing[0] as number) * 1000).toISOString();
      const count = `${differing.length} of ${own.length}`;
      const where = `in ${zone} at ${count} quarters of an hour, first at ${since}`;
      const rules = `Node's tzdata is ${NODE_RULES} and Postgres' ${POSTGRES_RULES}`;
      expect(
        NODE_RULES > POSTGRES_RULES,
        `${rules}, which is not older, but their clocks differ ${where}`,
      ).to.equal(true);
      process.stderr.write(
        `\n!!! NOT VERIFIED: ${rules}; their clocks differ ${where}; using Node's rules !!!\n`,
      );
    }
    const first = new Map<number, number>();
    own.forEach((reading, n) => {
      if (!first.has(reading)) first.set(reading, FIRST + n * QUARTER);
    });
    return first;
  }

  /**
   * The first instant with this local time, by lookup instead of arithmetic. A local time that a
   * jump skips is counted on from the start of the jump.
   */
  function instant(clock: Map<number, number>, reading: number): number {
    for (let before = 0; ; before += QUARTER) {
      const at = clock.get(reading - before);
      if (at !== undefined) return at + before;
    }
  }

  for (const zone of ZONES) {
    it(`are exactly those that are scheduled in ${zone}`, async () => {
      const clock = await firstInstants(zone);
      for (const [cron, times] of Object.entries(CRONS)) {
        const wanted = new Set<string>();
        for (let day = FIRST + 86_400; day < LAST - 86_400; day += 86_400) {
          for (const time of times) {
            const [hour = 0, minute = 0] = time.split(':').map(Number);
            wanted.add(
              new Date(instant(clock, day + hour * 3600 + minute * 60) * 1000).toISOString(),
            );
          }
        }
        const expected = [...wanted].filter((slot) => slot > FROM && slot <= UNTIL).sort();
        const slots = slotsBetween({ cron, zone }, FROM, UNTIL);
        expect(slots, cron).to.deep.equal(expected);
        // Two local times that a jump maps to one instant are one slot; such days are few.
        expect(slots.length, cron).to.be.within(2557 * times.length - 15, 2557 * times.length);
        for (const slot of slots.filter((_, n) => n % 97 === 50)) {
          expect(latestSlot({ cron, zone }, slot)).to.equal(slot);
          expect(nextSlot({ cron, zone }, new Date(Date.parse(slot) - 1).toISOString())).to.equal(
            slot,
          );
        }
      }
    });
  }
});

/**
 * The local time of a zone at every quarter of an hour, by Node's rules. Only days that end with
 * another offset are read quarter by quarter.
 */
function nodeClock(zone: string): readonly number[] {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const offset = (at: number) => {
    const [, sign, hours = 0, minutes = 0] =
      /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(at * 1000)) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  };
  const clock: number[] = [];
  for (let day = FIRST; day <= LAST; day += 86_400) {
    const [start, end] = [offset(day), offset(day + 86_400)];
    for (let at = day; at < day + 86_400 && at <= LAST; at += QUARTER)
      clock.push(at + (start === end ? start : offset(at)));
  }
  return clock;
}
