import type { Account } from '../../ledger/credentials.ts';
import type { FreshnessByCurrency } from '../../ledger/freshness.ts';
import type { PipelineQueries } from '../../ledger/pipeline-health.ts';
import { ledgerStatus } from '../../ledger/status.ts';
import type { Database } from '../../platform/database.ts';
import { heartbeats, SILENT_SECONDS } from '../../platform/heartbeat.ts';

export interface StatusDeps extends Account {
  db: Database;
  dailyBudget: number;
  freshness: () => Promise<FreshnessByCurrency>;
  pipeline: PipelineQueries;
  consoleUrl: string | undefined;
}
export type StatusQuery = ReturnType<typeof statusQuery>;

/** How the whole pipeline stands: the ledger, the services by their rows, dead letters, and how fresh each currency is. */
export function statusQuery({
  db,
  source,
  credentials,
  dailyBudget,
  freshness,
  pipeline,
  consoleUrl,
}: StatusDeps) {
  return async () => {
    const [ledger, services, { currencies, next_slot }, health, pull, letters] = await Promise.all([
      ledgerStatus(db, { source, credentials, dailyBudget }),
      heartbeats(db),
      freshness(),
      pipeline.health(),
      pipeline.pullTrouble(),
      db.raw(`select count(*)::int as open from dead_letters where state = 'open'`),
    ]);
    const consumer = services.find(
      ({ service, seen_seconds_ago: ago }) => service === 'consumer' && ago <= SILENT_SECONDS,
    );
    const stale = currencies.filter((currency) => currency.stale).map(({ quote }) => quote);
    return {
      ...ledger,
      trouble: [
        ...Object.entries(health).flatMap(([service, trouble]) =>
          trouble ? [`${service}: ${trouble}`] : [],
        ),
        ...(pull ? [`the last pull has brought nothing yet: ${pull.error}`] : []),
        ...(stale.length > 0
          ? [`no newer rate than the last slot asks for: ${stale.join(', ')}`]
          : []),
      ],
      currencies,
      next_slot,
      consumer_lag: (consumer?.health['lag'] as string | undefined) ?? null,
      dead_letters: letters.rows[0].open as number,
      services: services.map(({ health: { trouble }, settings: _settings, ...heard }) => ({
        ...heard,
        fresh: heard.seen_seconds_ago <= SILENT_SECONDS,
        trouble,
      })),
      console_url: consoleUrl ?? null,
    };
  };
}
