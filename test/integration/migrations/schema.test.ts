import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

describe('the rates view', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  const store = (date: string, source: string, mid: string) =>
    database.query(
      `insert into daily_rates values (?, 'USD', 'KES', ?, ?, now(), now(), gen_random_uuid())
       on conflict (base_currency, quote_currency, rate_date)
       do update set source = excluded.source, mid = excluded.mid`,
      [date, source, mid],
    );

  it('derives the inverse to 18 decimals and keeps every digit of mid', async () => {
    await store('2026-11-20', 'simulator', '129.1500000000');
    const [row] = await database.query('select mid, inverse from rates');
    expect(row).to.deep.equal({ mid: '129.1500000000', inverse: '0.007742934572202865' });
  });

  it('flags a mid more than a fifth off the day before and keeps it', async () => {
    await store('2026-11-21', 'simulator', '154.98');
    await store('2026-11-22', 'simulator', '185.98');
    const rows = await database.query('select rate_date, suspect from rates order by rate_date');
    expect(rows).to.deep.equal([
      { rate_date: '2026-11-20', suspect: false },
      { rate_date: '2026-11-21', suspect: false },
      { rate_date: '2026-11-22', suspect: true },
    ]);
  });

  it('hides every simulated rate as soon as one real rate is there', async () => {
    await store('2026-11-23', 'xe', '129.3');
    const rows = await database.query('select rate_date, source from rates');
    expect(rows).to.deep.equal([{ rate_date: '2026-11-23', source: 'xe' }]);
  });
});

/** Each observation beside the rate of its day, and whether another source contradicts that. */
const ONE_BY_ONE = `
  select o.event_id,
         case when o.source <> r.source then round((o.rate - r.mid) / r.mid, 8) end as difference,
         coalesce(case when o.source <> r.source then abs(o.rate - r.mid) > r.mid * 0.01
                       else r.event_id = o.event_id and exists (
                         select from second_rates s
                         where s.quote_currency = o.quote and s.rate_date = o.rate_date
                           and s.source <> r.source and s.source like 'simulator%' = :simulated
                           and abs(s.mid - r.mid) > r.mid * 0.01)
                  end, false) as diverges
  from observations o
  left join rates r on r.quote_currency = o.quote and r.rate_date = o.rate_date
  order by o.event_id`;

describe('the observations view', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  /** 400 days of three sources, each fetched twice a day; some days lack one, or any rate. */
  const store = (names: string[]) =>
    database.query(
      `with observed as (
         insert into rate_observations
           (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
         select gen_random_uuid(), 'run', source, 'USD', quote,
                100 * (1 + ((day * place * 7 + hour) % 11) / 400.0),
                timestamptz '2026-11-30 00:00Z' - (day || ' days')::interval + hour * interval '1h',
                timestamptz '2026-11-30 00:00Z' - (day || ' days')::interval + interval '1 day'
         from unnest(?::text[]) with ordinality as named (source, place),
              unnest(array['KES', 'NGN']) as quote, generate_series(0, 399) as day,
              unnest(array[1, 22]) as hour
         where (day + place) % 5 > 0
         returning *
       )
       , newest as (
         select distinct on (quote_currency, rate_date, source) *
         from (select *, (observed_at at time zone 'UTC')::date as rate_date from observed) as dated
         order by quote_currency, rate_date, source, observed_at desc
       )
       , second as (
         insert into second_rates (rate_date, base_currency, quote_currency, source, mid,
                                   observed_at, fetched_at, event_id)
         select rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at,
                event_id
         from newest where is_second_source(source)
       )
       insert into daily_rates (rate_date, base_currency, quote_currency, source, mid,
                                observed_at, fetched_at, event_id)
       select distinct on (quote_currency, rate_date)
              rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at,
              event_id
       from newest
       where extract(day from rate_date) <> 13
       order by quote_currency, rate_date, source_rank(source)`,
      [names],
    );
  const compare = async (simulated: boolean) => {
    const view = 'select event_id, difference, diverges from observations order by event_id';
    const rows = await database.query<{ diverges: boolean }>(view);
    const expected = ONE_BY_ONE.replace(':simulated', String(simulated));
    expect(rows).to.deep.equal(await database.query(expected));
    return [rows.length, rows.filter(({ diverges }) => diverges).length > 100];
  };

  it('gives the difference and the divergence of each as one by one, simulated', async () => {
    await store(['simulator', 'simulator-openexchangerates', 'simulator']);
    expect(await compare(true)).to.deep.equal([3840, true]);
  });

  it('gives the difference and the divergence of each as one by one, of real sources', async () => {
    await store(['xe', 'openexchangerates', 'simulator']);
    expect(await compare(false)).to.deep.equal([2560, true]);
  });
});
