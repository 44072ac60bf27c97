import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { SIMULATOR } from '../../../ledger/credentials.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import type { Run } from '../../../ledger/run.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { LedgerModel } from '../../support/ledger-model.ts';

/** A sequence takes about 100 ms of Postgres, so a normal run tries 100 of the 5,000. */
const SEQUENCES = process.env['LONG_TESTS'] ? 5000 : 100;
const START = Date.parse('2026-11-24T08:00:00Z');
const OBSERVED_AT = '2026-11-24T00:00:00.000Z';
const SCHEDULE = { cron: '* * * * *', zone: 'UTC' };

const holder = fc.nat({ max: 2 });
const OPERATION = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('clock' as const),
      seconds: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: -200, max: 1200 })),
    }),
  },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('claim' as const), holder }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('answer' as const), holder }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('publish' as const), holder }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('fail' as const), holder }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crash' as const), holder }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('store' as const) }) },
);

describe('the ledger', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  before(async () => {
    database = await testDatabase();
    await database.query('create table test_clock (at timestamptz not null)');
    await database.query('insert into test_clock values (now())');
    await database.query(
      `create or replace function ledger_now() returns timestamptz
       language sql volatile as $$ select at from test_clock $$`,
    );
    ledger = openLedger({
      db: database.db,
      ...SIMULATOR,
      currencies: ['KES'],
      dailyBudget: 1_000_000,
    });
  });
  after(() => database.drop());

  it(`agrees with its model in ${SEQUENCES} random sequences of operations`, async function () {
    this.timeout(1_200_000);
    await fc.assert(
      fc.asyncProperty(fc.array(OPERATION, { minLength: 4, maxLength: 24 }), async (operations) => {
        await database.query('truncate runs, rate_observations, schedules');
        const model = new LedgerModel();
        const held: ({ run: Run; claim: { slot: number; fence: number } } | null)[] = [
          null,
          null,
          null,
        ];
        const setClock = async () => {
          await database.query('update test_clock set at = ?', [
            new Date(START + model.now * 1000).toISOString(),
          ]);
          model.file();
          await ledger.fileDueSlots({ schedule: SCHEDULE, catchUpHours: 24 });
        };
        await setClock();
        for (const operation of operations) {
          const mine = 'holder' in operation ? (held[operation.holder] ?? null) : null;
          if (operation.what === 'clock') {
            model.now = Math.min(30_000, Math.max(0, model.now + operation.seconds));
            await setClock();
          } else if (operation.what === 'claim') {
            const run = await ledger.claim({
              claimedBy: `holder ${operation.holder}`,
              seen: [],
              backfillOnly: false,
              slotsLeft: 0,
            });
            const claim = model.claim();
            expect(run ? minuteOf(run.slot) : null).to.equal(claim ? claim.slot : null);
            if (run && claim) held[operation.holder] = { run, claim };
          } else if (operation.what === 'answer' && mine) {
            const fetched = {
              body: '{}',
              answeredBy: 'simulator' as const,
              eventIds: [randomUUID()],
              observedFrom: OBSERVED_AT,
              observedTo: OBSERVED_AT,
              missing: [],
              billedRates: 1,
              quota: {},
            };
            const kept = await ledger.storeResponse(mine.run, fetched);
            expect(kept !== null).to.equal(model.step(mine.claim, 'claimed', 'fetched'));
          } else if (operation.what === 'publish' && mine) {
            await ledger.published(mine.run, []);
            model.step(mine.claim, 'fetched', 'published');
          } else if (operation.what === 'fail' && mine) {
            await ledger.fetchFailed(mine.run, {
              failure: { code: 'provider_unavailable', detail: { message: 'for this test' } },
              isBilled: false,
              retryInSeconds: 300,
            });
            model.step(mine.claim, 'claimed', 'retrying', 300);
          } else if (operation.what === 'crash') {
            held[operation.holder] = null;
          } else if (operation.what === 'store') {
            await database.query(`insert into rate_observations
              select unnest(event_ids), run_id, 'simulator', 'USD', 'KES', 129, observed_from,
                     now(), now()
              from runs where state = 'published'
              on conflict do nothing`);
            await ledger.confirm();
            model.confirm();
          }
        }
        const rows = await database.query<{ slot: string; state: string }>(
          'select slot, state from runs order by slot',
        );
        expect(rows.map(({ slot, state }) => [minuteOf(slot), state])).to.deep.equal(
          [...model.runs].sort(([a], [b]) => a - b).map(([slot, { state }]) => [slot, state]),
        );
        // A stored response is never fetched again, however often its run is claimed.
        expect(
          await database.query(
            `select from runs
             where state in ('fetched', 'published', 'confirmed') and response_body is null`,
          ),
        ).to.deep.equal([]);
      }),
      { numRuns: SEQUENCES },
    );
  });
});

function minuteOf(slot: string | null): number {
  return (Date.parse(slot as string) - START) / 60_000;
}
