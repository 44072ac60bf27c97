import { setTimeout as pause } from 'node:timers/promises';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { promiseIntact, type Verdict } from './verdict.ts';
import { type World, waitFor } from './world.ts';

const FALLBACK_MINUTES = 30;
const MINUTE_MS = 60_000;
/** Real time for a minute of the ledger, beside that of the fetches. */
const PACE_MS = 150;
/** 19 fetches of seven rates, as if unanswered ones were billed, and one to spare. */
const FIRST_BUDGET = 140;
const SECOND_BUDGET = 1;
const KEY = 'chaos';
const SECOND = 'openexchangerates';
const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);

/**
 * The first provider accepts connections and answers nothing for two slots. The ledger's clock runs
 * 400 times as fast between fetches, which time out in real time.
 */
export const providerDown: ChaosCase = {
  name: 'provider-down',
  what: 'the first provider is a black hole for two slots; the second is its fallback',
  on: BOTH,
  together: true,
  run: async (world) => {
    let now = at('01:00:05');
    // Unmarked, or every rate would be of the one source that simulators share.
    const credentials = { accountId: KEY, apiKey: KEY, isMarked: false };
    const simulator = await startSimulator({
      ...{ mode: 'live', ...credentials, now: () => new Date(now) },
    });
    const goTo = async (end: number) => {
      for (; now < end; now += MINUTE_MS) {
        await waitFor('no run in progress', 120_000, () => isIdle(world));
        await setClock(world, now + MINUTE_MS);
        await pause(PACE_MS);
      }
    };
    try {
      await freezeClock(world, now);
      simulator.setFault('hang');
      world.run('consumer');
      world.run('producer', settingsOf(simulator));
      await waitFor('the first slot is due', 60_000, async () => (await slots(world)).length > 0);
      await goTo(at('02:40:00'));
      const during = await sourcesOf(world);
      const [fallback] = await world.query<{ minutes: string }>(
        `select extract(epoch from ended_at - slot) / 60 as minutes
         from runs where trigger = 'fallback' and state = 'confirmed'`,
      );
      const minutes = Number(fallback?.minutes ?? Number.NaN);
      const failed = simulator.requests();
      simulator.setFault('none');
      await goTo(at('03:00:30'));
      const recovered_ms = await waitFor(
        'the first provider wins the day',
        60_000,
        async () => String(await sourcesOf(world)) === 'xe',
      );
      await goTo(at('03:10:00'));
      await world.waitUntilDrained();
      const verdict = await judge(world);
      const [rates, calls] = [simulator.ratesServed(), simulator.face(SECOND).calls()];
      const spent = await spentOf(world);
      return {
        ...{ attempted: verdict.events, acked: verdict.events, ...verdict, recovered_ms },
        also: {
          fallback_after_minutes: Math.round(minutes * 10) / 10,
          unanswered: failed,
          rates_first: rates,
          spent_first: spent,
          calls_second: calls,
        },
        must: {
          ...promiseIntact(verdict),
          'two slots without an answer': String(await slots(world)) === 'failed,failed,confirmed',
          [`the fallback within ${FALLBACK_MINUTES} minutes`]: minutes <= FALLBACK_MINUTES + 1,
          'all rates from the fallback meanwhile': String(during) === SECOND,
          'rates of the first within its budget': rates === 7 && spent <= FIRST_BUDGET,
          'so too if unanswered fetches are billed': rates + 7 * failed <= spent,
          'calls of the second within its budget': calls === SECOND_BUDGET,
        },
      };
    } finally {
      await simulator.stop();
    }
  },
};

async function freezeClock({ query }: World, ms: number): Promise<void> {
  await query('create table test_clock (at timestamptz not null)');
  await query('insert into test_clock values (?)', [new Date(ms).toISOString()]);
  await query(
    `create or replace function ledger_now() returns timestamptz
     language sql volatile as $$ select at from test_clock $$`,
  );
}

async function setClock({ query }: World, ms: number): Promise<void> {
  await query('update test_clock set at = ?', [new Date(ms).toISOString()]);
  await query("select announce('runs')");
}

const settingsOf = (simulator: Simulator) => ({
  PROVIDERS: `xe,${SECOND}`,
  FALLBACK_AFTER_MINUTES: String(FALLBACK_MINUTES),
  SCHEDULE: '0 1,2,3 * * *',
  XE_ACCOUNT_ID: KEY,
  XE_API_KEY: KEY,
  XE_BASE_URL: simulator.url,
  XE_DAILY_BUDGET: String(FIRST_BUDGET),
  OPENEXCHANGERATES_APP_ID: KEY,
  OPENEXCHANGERATES_BASE_URL: simulator.face(SECOND).url,
  OPENEXCHANGERATES_DAILY_BUDGET: String(SECOND_BUDGET),
});

/** Nothing is due, in flight or unconfirmed. */
async function isIdle({ query }: World): Promise<boolean> {
  const busy = await query(
    `select from runs
     where state in ('claimed', 'fetched', 'published')
        or state in ('due', 'retrying') and next_attempt_at <= ledger_now()`,
  );
  return busy.length === 0;
}

async function sourcesOf({ query }: World): Promise<string[]> {
  const rows = await query<{ source: string }>('select distinct source from daily_rates');
  return rows.map(({ source }) => source);
}

/** The states of the first provider's slots, in order. */
async function slots({ query }: World): Promise<string[]> {
  const rows = await query<{ state: string }>(
    "select state from runs where source = 'xe' and slot is not null order by slot",
  );
  return rows.map(({ state }) => state);
}

/** What the ledger counts as spent at the first provider. */
async function spentOf({ query }: World): Promise<number> {
  const [row] = await query<{ cost: string }>(
    "select sum(cost) as cost from runs where source = 'xe'",
  );
  return Number(row?.cost);
}

/**
 * Every event of a confirmed run is stored once with digits of its response, and a day has its best
 * and newest rate.
 */
async function judge({ query }: World): Promise<Verdict & { events: number }> {
  const [row] = await query<Record<keyof Verdict | 'events', string>>(`
    with published as (
      select unnest(event_ids) as event_id from runs where state = 'confirmed'
    ), best as (
      select distinct on (base_currency, quote_currency, (observed_at at time zone 'UTC')::date)
             base_currency, quote_currency, (observed_at at time zone 'UTC')::date as rate_date,
             event_id
      from rate_observations
      order by 1, 2, 3, source_rank(source), observed_at desc, fetched_at desc, event_id desc
    )
    select (select count(*) from published) as events,
           (select count(*) from daily_rates) as rows,
           (select count(*) from published
            where event_id not in (select event_id from rate_observations)) as lost,
           (select count(*) - count(distinct event_id) from rate_observations) as duplicate,
           (select count(*) from best
            left join daily_rates d using (base_currency, quote_currency, rate_date)
            where d.event_id is distinct from best.event_id)
           + (select count(*) from rate_observations o join runs r on r.run_id::text = o.run_id
              where strpos(r.response_body, o.mid::text) = 0) as wrong`);
  const count = (name: keyof Verdict | 'events') => Number(row?.[name]);
  return {
    events: count('events'),
    rows: count('rows'),
    lost: count('lost'),
    duplicate: count('duplicate'),
    wrong: count('wrong'),
  };
}
