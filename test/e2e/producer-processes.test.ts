import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type Command, command } from '../support/process.ts';
import { skipWithout } from '../support/requirements.ts';
import { startScheduledXe } from '../support/scheduled-xe.ts';

const LONG = Boolean(process.env['LONG_TESTS']);
const MINUTE = 60_000;

describe('producers as processes', function () {
  this.timeout(LONG ? 1_200_000 : 180_000);
  let xe: Awaited<ReturnType<typeof startScheduledXe>>;
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
    xe = await startScheduledXe();
  });
  afterEach(async () => {
    await Promise.all([...running].map(kill));
    await xe.stop();
  });
  const count = async (what: string, where = 'true') =>
    Number(
      (await xe.query<{ count: string }>(`select count(*) from ${what} where ${where}`))[0]?.count,
    );

  /** Early in the next minute, so that it is not over when a lease is. */
  const toNextSlot = () => xe.moveTo((Math.floor(xe.now() / MINUTE) + 1) * MINUTE + 5000);

  const POINTS = ['after-claim', 'after-answer', 'after-keep', 'after-publish'] as const;
  for (const point of POINTS) {
    const times = LONG ? 3 : 1;
    it(`lose and duplicate nothing when one is killed ${point.replace('-', ' ')}`, async () => {
      for (let round = 1; round <= times; round++) {
        const slots = await count('runs', "trigger <> 'manual'");
        const victim = start('producer', { SCHEDULE: '* * * * *', FX_FAILPOINT: point });
        expect(await victim.exited, victim.output()).to.equal(null);
        running.delete(victim);
        // The lease of the killed one expires; the slot is still the newest.
        await xe.moveTo(xe.now() + 16_000);
        const successor = start('producer', { SCHEDULE: '* * * * *' });
        await eventually(async () =>
          expect(await count('runs', "state = 'confirmed'"), successor.output()).to.equal(
            slots + 1,
          ),
        );
        expect(await count('rate_observations')).to.equal(7 * (slots + 1));
        expect(xe.simulator.requests()).to.equal((point === 'after-answer' ? 2 : 1) * round);
        await kill(successor);
        await toNextSlot();
      }
    });
  }

  const [replicas, slots, kills] = LONG ? [8, 200, 20] : [3, 12, 3];
  it(`fetch ${slots} slots once: ${replicas} skewed clocks, ${kills} kills`, async function () {
    skipWithout(
      this,
      'clocks that step',
      faketimeLibrary() ? null : 'no libfaketime (Debian: faketime)',
    );
    const skewed = (n: number) => {
      const seconds = Math.round(-3600 + (7200 * n) / (replicas - 1));
      return start('producer', {
        SCHEDULE: '* * * * *',
        ...faketime(`${seconds < 0 ? '' : '+'}${seconds}s`),
      });
    };
    const producers = Array.from({ length: replicas }, (_, n) => skewed(n));
    let killed = 0;
    for (let slot = 1; slot <= slots; slot++) {
      if (killed < kills && slot % Math.floor(slots / kills) === 0) {
        const n = Math.floor(Math.random() * replicas);
        // Anywhere in the course of a run, which takes about so long.
        await pause(Math.random() * 100);
        await kill(producers[n] as Command);
        killed++;
        producers[n] = skewed(n);
        // Its lease must expire, and the ledger's time moves only when the test moves it.
        await xe.moveTo(xe.now() + 16_000);
      }
      await eventually(async () => {
        expect(await count('runs', "state = 'confirmed'")).to.equal(slot);
      });
      if (slot < slots) await toNextSlot();
    }
    expect(await count('runs')).to.equal(slots);
    expect(await count('rate_observations')).to.equal(7 * slots);
    // A killed producer's slot is claimed again. It is fetched again unless XE had responded.
    const [again] = await xe.query<{ claims: number }>(
      'select sum(attempts - 1)::int as claims from runs',
    );
    const fetches = xe.simulator.requests();
    expect(again?.claims).to.be.within(0, killed);
    expect(fetches).to.be.within(slots, slots + (again?.claims ?? 0));
    if (LONG)
      process.stderr.write(
        `      ${fetches} fetches, ${again?.claims} slots claimed again after a kill\n`,
      );
  });

  it('fetch twice a day, on the right days, while the clock steps', async function () {
    skipWithout(
      this,
      'clocks that step',
      faketimeLibrary() ? null : 'no libfaketime (Debian: faketime)',
    );
    const clock = steppingClock();
    try {
      // A machine that starts in 1970, seconds before a slot, and is set to the right time later.
      clock.stand('1970-01-01T22:59:52Z');
      await xe.moveTo(Date.parse('2026-11-24T12:00:00Z'));
      const producer = start('producer', { ...clock.settings, LOG_LEVEL: 'info' });
      const pulled = async (slots: number) => {
        await eventually(async () =>
          expect(await count('runs', "state = 'confirmed'"), producer.output()).to.equal(slots),
        );
        expect(xe.simulator.requests()).to.equal(slots);
      };
      await pulled(1);
      const HOUR = 3600;
      for (const [ahead, slot, slots] of [
        [HOUR, '2026-11-24T23:00:05Z', 2],
        [-HOUR, '2026-11-25T01:00:05Z', 3],
        [365 * 24 * HOUR, '2026-11-25T23:00:05Z', 4],
      ] as const) {
        clock.go(ahead);
        await xe.moveTo(Date.parse(slot));
        await pulled(slots);
      }
      // Ten minutes forward and back, before, at and after a slot: no fetch between the slots.
      for (const [step, slot, slots] of [
        [600, null, 4],
        [-600, '2026-11-26T01:00:05Z', 5],
        [600, null, 5],
        [-600, '2026-11-26T23:00:05Z', 6],
      ] as const) {
        clock.go(step);
        if (slot) await xe.moveTo(Date.parse(slot));
        await pause(2000);
        await pulled(slots);
      }
      // The process has lived by those clocks.
      const lived = producer.output().matchAll(/"time":"(\d{4})[^}]*rates fetched/g);
      const year = new Date().getUTCFullYear();
      expect([...lived].map(([, at]) => Number(at))).to.deep.equal([
        1970,
        year,
        year,
        year + 1,
        year,
        year,
      ]);
    } finally {
      clock.remove();
    }
    expect(
      await xe.query('select rate_date, count(*)::int from daily_rates group by 1 order by 1'),
    ).to.deep.equal([
      { rate_date: '2026-11-24', count: 7 },
      { rate_date: '2026-11-25', count: 7 },
      { rate_date: '2026-11-26', count: 7 },
    ]);
    expect(
      await xe.query(
        `select (fetched_at at time zone 'UTC')::date as day, count(*)::int as calls
         from runs group by 1 order by 1`,
      ),
    ).to.deep.equal(['2026-11-24', '2026-11-25', '2026-11-26'].map((day) => ({ day, calls: 2 })));
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

/** Offsets the wall clock of a process; its monotonic clock stays. */
function faketime(offset: string): Record<string, string> {
  return {
    LD_PRELOAD: faketimeLibrary() as string,
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** A wall clock that steps while the process runs: libfaketime reads the file at every call. */
function steppingClock() {
  const dir = mkdtempSync(join(tmpdir(), 'fx-clock-'));
  const file = join(dir, 'clock');
  const write = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  return {
    settings: {
      LD_PRELOAD: faketimeLibrary() as string,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    /** Stops the clock at this instant. */
    stand: (instant: string) => write(instant.slice(0, 19).replace('T', ' ')),
    /** Lets the clock run this many seconds ahead of the real one, or behind. */
    go: (ahead: number) => write(`${ahead < 0 ? '' : '+'}${ahead}`),
    remove: () => rmSync(dir, { recursive: true }),
  };
}
