import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { type Command, command } from './support/process.ts';
import { scheduledXe } from './support/scheduled-xe.ts';
import { eventually } from './support/stream-contract.ts';

const LONG = Boolean(process.env['LONG_TESTS']);
const MINUTE = 60_000;

describe('producers as processes', function () {
  this.timeout(LONG ? 1_200_000 : 180_000);
  let xe: Awaited<ReturnType<typeof scheduledXe>>;
  const running = new Set<Command>();
  const start = (name: string, settings: Record<string, string>) => {
    const started = command(name, { ...xe.settings, LOG_LEVEL: 'warn', ...settings });
    running.add(started);
    return started;
  };
  const kill = async (victim: Command) => {
    running.delete(victim);
    victim.kill('SIGKILL');
    await victim.exited;
  };
  beforeEach(async () => {
    xe = await scheduledXe();
  });
  afterEach(async () => {
    await Promise.all([...running].map(kill));
    await xe.stop();
  });
  const count = async (what: string, where = 'true') =>
    Number((await xe.query<{ count: string }>(`select count(*) from ${what} where ${where}`))[0]?.count);

  const POINTS = ['after-claim', 'after-answer', 'after-keep', 'after-publish'] as const;
  for (const point of POINTS) {
    const times = LONG ? 3 : 1;
    it(`lose and double nothing when one dies ${point.replace('-', ' ')}, and XE is asked again only if its answer was lost`, async () => {
      start('consumer', {});
      for (let round = 1; round <= times; round++) {
        const slots = await count('runs', "trigger <> 'manual'");
        const victim = start('producer', { SCHEDULE: '* * * * *', FX_FAILPOINT: point });
        expect(await victim.exited, victim.output()).to.equal(null);
        running.delete(victim);
        // The dead one's lease is over; the slot is still the newest.
        await xe.moveTo(xe.now() + 16_000);
        const heir = start('producer', { SCHEDULE: '* * * * *' });
        await eventually(async () => expect(await count('runs', "state = 'confirmed'"), heir.output()).to.equal(slots + 1));
        expect(await count('rate_observations')).to.equal(7 * (slots + 1));
        expect(xe.simulator.questions()).to.equal((point === 'after-answer' ? 2 : 1) * round);
        await kill(heir);
        await xe.moveTo(xe.now() + MINUTE);
      }
    });
  }

  const [replicas, slots, kills] = LONG ? [8, 200, 20] : [3, 12, 3];
  it(`${replicas} of them with clocks an hour apart, killed ${kills} times, ask XE once for each of ${slots} slots`, async function () {
    if (faketimeMissing()) return this.skip();
    start('consumer', {});
    const skewed = (n: number) => {
      const seconds = Math.round(-3600 + (7200 * n) / (replicas - 1));
      return start('producer', { SCHEDULE: '* * * * *', ...faketime(`${seconds < 0 ? '' : '+'}${seconds}s`) });
    };
    const producers = Array.from({ length: replicas }, (_, n) => skewed(n));
    let killed = 0;
    for (let slot = 1; slot <= slots; slot++) {
      if (killed < kills && slot % Math.floor(slots / kills) === 0) {
        const n = Math.floor(Math.random() * replicas);
        await kill(producers[n] as Command);
        killed++;
        producers[n] = skewed(n);
        // What the killed one held is free when its lease is over; the ledger's time stands still unless the test moves it.
        await xe.moveTo(xe.now() + 16_000);
      }
      await eventually(async () => {
        expect(await count('runs', "state = 'confirmed'")).to.equal(slot);
      });
      if (slot < slots) await xe.moveTo(Math.floor(xe.now() / MINUTE) * MINUTE + MINUTE + 5000);
    }
    expect(await count('runs')).to.equal(slots);
    expect(await count('rate_observations')).to.equal(7 * slots);
    expect(xe.simulator.questions()).to.be.within(slots, slots + killed);
  });

  it('keep to the ledger when their own clock steps: at most two calls a day, on the right days, without a burst', async function () {
    if (faketimeMissing()) return this.skip();
    start('consumer', {});
    await xe.moveTo(Date.parse('2026-11-24T12:00:00Z'));
    for (const [n, offset] of ['+1h', '-1h', '+365d', '@1970-01-02 00:00:00', '+10m', '-10m'].entries()) {
      const producer = start('producer', faketime(offset));
      await eventually(async () =>
        expect(
          await count('services', `service = 'producer' and seen_at > now() - interval '3 seconds'`),
          producer.output(),
        ).to.be.above(0),
      );
      await eventually(async () => expect(await count('runs', "state = 'confirmed'"), producer.output()).to.be.above(0));
      expect(xe.simulator.questions(), `${n}: ${offset}`).to.equal(1);
      await kill(producer);
    }
    expect(await xe.query('select rate_date, count(*)::int from daily_rates group by 1')).to.deep.equal([
      { rate_date: '2026-11-24', count: 7 },
    ]);
  });
});

/** Where Debian puts the library; without it these tests are skipped, loudly. */
function faketimeLibrary(): string | null {
  try {
    return execFileSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

function faketimeMissing(): boolean {
  if (faketimeLibrary()) return false;
  if (process.env['REQUIRE_BROKER'] === '1') throw new Error('CI needs the Debian package faketime, and it is not there');
  process.stderr.write('!!! SKIPPED: clocks that step (the Debian package faketime is missing) !!!\n');
  return true;
}

/** The process' own clock: an offset to the real one, or an instant to start from. Monotonic time goes on as it is. */
function faketime(offset: string): Record<string, string> {
  return { LD_PRELOAD: faketimeLibrary() as string, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
