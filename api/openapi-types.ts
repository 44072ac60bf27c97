// generated from openapi.yaml; WRITE_DOCS=1 npx mocha test/unit/api/openapi-types.test.ts writes it

export interface paths {
    readonly "/v2/rates/latest": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The newest rate of each currency
         * @description One row per currency, each with its own day. `stale` is true if the last slot fell due over
         *     an hour ago and brought no rate for the currency. `meta.missing_quotes` lists currencies
         *     without any rate.
         */
        readonly get: operations["latestRates"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/rates": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Rates of a day or of a range of days
         * @description With `date`: one row per currency. A currency without a rate of that day has a row with
         *     `rate: null`, unless `on_missing` is set: `previous` returns its last earlier rate with that
         *     rate's day, `error` returns a 404 that names the currency.
         *     With `from` and `to` (at most 3,660 days; without either, all days): rows by day, oldest
         *     first. `meta.missing_dates` lists the days up to today on which a currency has no rate.
         *     With `group`: buckets instead of days; a week starts on Monday.
         */
        readonly get: operations["rates"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/rates/{base}/{quote}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * One pair, also one that XE does not quote
         * @description The newest rate, or the rate of `date`. A pair without USD is derived from the two USD rates
         *     of one day (`derived: true`), exactly and rounded once, to 18 decimals. A currency against
         *     itself is 1. A day without a rate is `rate: null` unless `on_missing` is set.
         */
        readonly get: operations["pairRate"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/observations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Every pull of a day
         * @description What XE said each time it was asked; the rate of the day is the newest of them.
         */
        readonly get: operations["observations"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/observations/latest": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Observations of any day by when they were stored, newest first */
        readonly get: operations["latestObservations"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/convert": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * An amount in another currency
         * @description Uses the newest rate, or the rate of `date`; 404 if there is none. Decimal arithmetic,
         *     rounded half away from zero to the minor units of the currency (ISO 4217: UGX and XOF have
         *     none).
         */
        readonly get: operations["convert"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/currencies": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The currencies, and which days there are of each */
        readonly get: operations["currencies"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/status": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * How the pipeline does
         * @description Freshness of each currency, slots, quota, breaker, lag and dead letters.
         */
        readonly get: operations["status"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/runs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Slots and pulls, newest first */
        readonly get: operations["runs"];
        readonly put?: never;
        /**
         * Trigger an update now
         * @description Requests a run of every currency. Requests are coalesced: while a run is open, and during
         *     the cooldown after it, every request gets that run. `Prefer: wait=10` waits up to 10 seconds
         *     (30 at most) for the run to end. The response is then 200 whatever the result: see `state`
         *     and `reason`.
         */
        readonly post: operations["pull"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/runs/{run_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One slot or pull */
        readonly get: operations["run"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/runs/{run_id}/answer": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** XE's answer, byte for byte */
        readonly get: operations["runAnswer"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/dead-letters": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Records that could not become a rate, oldest first
         * @description Without their bytes.
         */
        readonly get: operations["deadLetters"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/dead-letters/{letter_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One of them, with its bytes */
        readonly get: operations["deadLetter"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/dead-letters/{letter_id}/redrive": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Has the consumer try it again
         * @description What works becomes a rate, and twice adds nothing.
         */
        readonly post: operations["redrive"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/dead-letters/{letter_id}/close": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Closes one that will never become a rate
         * @description It stays as a record and is no longer open.
         */
        readonly post: operations["closeDeadLetter"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Each newly stored rate, as server-sent events
         * @description Each event is `event: rate` with an Observation as `data`. After a lost connection, send the
         *     last `id` as `Last-Event-ID` (browsers do) to resume without a gap. A heartbeat comment is
         *     sent every 15 seconds. Clients that do not read are disconnected and may resume.
         */
        readonly get: operations["events"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/loan-book": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What is loaded, and a day to begin with */
        readonly get: operations["loanBook"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/loans": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The loans as of the close of a day, filtered and sorted
         * @description Without a filter or `sort`, pages are in the order of `loan_id` and only the loans of the page are computed. Totals cover all loans that match; request them with `totals` or `in`.
         */
        readonly get: operations["loans"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/loans/{loan_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One loan as of the close of a day */
        readonly get: operations["loan"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/loans/{loan_id}/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One loan day by day */
        readonly get: operations["loanHistory"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/reports/loans": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The whole book in one answer */
        readonly get: operations["loansReport"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/reports/missed": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Instalments not covered when they fell due */
        readonly get: operations["missedReport"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/reports/par": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Portfolio at risk, and the buckets of days past due */
        readonly get: operations["parReport"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/reports/roll": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How loans moved between the buckets */
        readonly get: operations["rollReport"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rates": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Every currency and day, oldest first */
        readonly get: operations["oldRates"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rates/update": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Pulls now, and answers when the rates are readable */
        readonly get: operations["oldUpdateByGet"];
        readonly put?: never;
        /** Pulls now, and answers when the rates are readable */
        readonly post: operations["oldUpdate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/livez": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The process answers */
        readonly get: operations["livez"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Reads work; what is in trouble is named */
        readonly get: operations["readyz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Figures for Prometheus */
        readonly get: operations["metrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This contract as JSON */
        readonly get: operations["contract"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Format: date
         * @description A day in UTC.
         * @example 2026-11-01
         */
        readonly Day: string;
        /**
         * Format: date-time
         * @description An instant in UTC, ISO 8601.
         * @example 2026-11-24T01:00:02.345Z
         */
        readonly Instant: string;
        /**
         * @description An exact decimal as text, digit for digit as stored.
         * @example 129.2512345678
         */
        readonly Decimal: string;
        /**
         * @description Currency code, ISO 4217.
         * @example KES
         */
        readonly Code: string;
        /**
         * @description Currency code, ISO 4217, in upper or lower case.
         * @example KES
         */
        readonly CodeAsked: string;
        /**
         * Format: uuid
         * @description Id of a run.
         */
        readonly RunId: string;
        /**
         * @description Where a rate comes from; the simulator makes its rates up.
         * @enum {unknown}
         */
        readonly Source: "xe" | "simulator";
        readonly Csv: string;
        /** Format: binary */
        readonly Workbook: string;
        readonly Problem: {
            /** @description Address of a page about this kind of error. */
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail: string;
            readonly request_id: string;
            readonly errors?: readonly {
                readonly detail: string;
                /** @description Where: #/query/limit, #/path/date, #/header/prefer, #/body/name. */
                readonly pointer: string;
            }[];
            /** @description The known values, where an unknown one was given. */
            readonly allowed?: readonly string[];
            /** @description With `no-rate`, the last day before that has a rate; null where none has. */
            readonly last_date?: components["schemas"]["Day"] | null;
        };
        /** @description Units of `quote` for 1 `base`. `rate` and all that belongs to it are null where there is no rate of `rate_date`. */
        readonly Rate: {
            readonly base: components["schemas"]["Code"];
            readonly quote: components["schemas"]["Code"];
            readonly rate: components["schemas"]["Decimal"] | null;
            readonly inverse: components["schemas"]["Decimal"] | null;
            readonly rate_date: components["schemas"]["Day"];
            readonly observed_at: components["schemas"]["Instant"] | null;
            readonly fetched_at: components["schemas"]["Instant"] | null;
            readonly source: components["schemas"]["Source"] | null;
            /** @description More than 20 % off the last known rate of the seven days before. */
            readonly suspect: boolean;
            /** @description The newest rate of its currency is older than the last slot that fell due at least an hour ago. Daily packages have one day of grace. */
            readonly stale: boolean;
            /** @description Computed, not as XE published it: a cross rate, an inverse, or 1. */
            readonly derived: boolean;
        };
        readonly RatesMeta: {
            readonly base: components["schemas"]["Code"];
            /** @description A row was made by the built-in simulator. */
            readonly simulated: boolean;
            /** @description When the next slot is due. */
            readonly next_slot?: components["schemas"]["Instant"] | null;
            readonly date?: components["schemas"]["Day"];
            readonly from?: components["schemas"]["Day"];
            readonly to?: components["schemas"]["Day"];
            readonly missing_quotes?: readonly components["schemas"]["Code"][];
            readonly missing_dates?: readonly components["schemas"]["Day"][];
            readonly next_cursor?: string | null;
        };
        readonly RatesAnswer: {
            readonly data: readonly components["schemas"]["Rate"][];
            readonly meta: components["schemas"]["RatesMeta"];
        };
        readonly RateAnswer: {
            readonly data: components["schemas"]["Rate"];
            readonly meta: components["schemas"]["RatesMeta"];
        };
        readonly Bucket: {
            readonly base: components["schemas"]["Code"];
            readonly quote: components["schemas"]["Code"];
            readonly from: components["schemas"]["Day"];
            readonly to: components["schemas"]["Day"];
            /** @description The low of the bucket. */
            readonly min: components["schemas"]["Decimal"];
            /** @description The high of the bucket. */
            readonly max: components["schemas"]["Decimal"];
            /** @description The average to 18 decimals. */
            readonly avg: components["schemas"]["Decimal"];
            /** @description The closing rate. */
            readonly last: components["schemas"]["Decimal"];
            readonly last_date: components["schemas"]["Day"];
            /** @description Days with a rate. */
            readonly count: number;
            /** @description Days of the whole bucket. */
            readonly days: number;
            /** @description Fewer rates than days. */
            readonly partial: boolean;
            /** @description A rate of the bucket is suspect. */
            readonly suspect: boolean;
            readonly source: components["schemas"]["Source"];
        };
        readonly BucketsAnswer: {
            readonly data: readonly components["schemas"]["Bucket"][];
            readonly meta: components["schemas"]["RatesMeta"];
        };
        readonly Observation: {
            /** Format: uuid */
            readonly event_id: string;
            readonly run_id: string;
            readonly source: components["schemas"]["Source"];
            readonly base: components["schemas"]["Code"];
            readonly quote: components["schemas"]["Code"];
            readonly rate: components["schemas"]["Decimal"];
            readonly inverse: components["schemas"]["Decimal"];
            readonly rate_date: components["schemas"]["Day"];
            readonly observed_at: components["schemas"]["Instant"];
            readonly fetched_at: components["schemas"]["Instant"];
            readonly stored_at: components["schemas"]["Instant"];
        };
        readonly Meta: {
            readonly next_cursor?: string | null;
        };
        readonly ObservationsAnswer: {
            readonly data: readonly components["schemas"]["Observation"][];
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Conversion: {
            readonly from: components["schemas"]["Code"];
            readonly to: components["schemas"]["Code"];
            readonly amount: components["schemas"]["Decimal"];
            readonly result: components["schemas"]["Decimal"];
            readonly rate: components["schemas"]["Decimal"];
            readonly rate_date: components["schemas"]["Day"];
            readonly source: components["schemas"]["Source"];
            readonly suspect: boolean;
            readonly stale: boolean;
            readonly derived: boolean;
        };
        readonly ConversionAnswer: {
            readonly data: components["schemas"]["Conversion"];
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Currency: {
            readonly code: components["schemas"]["Code"];
            readonly name: string;
            /** @description ISO 4217, three digits. */
            readonly number: string;
            readonly minor_units: number;
            readonly first_date: components["schemas"]["Day"] | null;
            readonly last_date: components["schemas"]["Day"] | null;
            /** @description Days that have a rate. */
            readonly days: number;
        };
        readonly CurrenciesAnswer: {
            readonly data: readonly components["schemas"]["Currency"][];
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Freshness: {
            readonly quote: components["schemas"]["Code"];
            readonly rate_date: components["schemas"]["Day"] | null;
            readonly observed_at: components["schemas"]["Instant"] | null;
            readonly fetched_at: components["schemas"]["Instant"] | null;
            /** @description Since it was observed. */
            readonly age_seconds: number | null;
            readonly stale: boolean;
        };
        readonly Slot: {
            readonly run_id: components["schemas"]["RunId"];
            readonly slot: components["schemas"]["Instant"];
            /** @description The last slot of the row, where many were skipped at once. */
            readonly to: components["schemas"]["Instant"] | null;
            readonly count: number;
            /** @enum {unknown} */
            readonly state: "due" | "claimed" | "fetched" | "published" | "confirmed" | "retrying" | "failed" | "skipped";
            readonly missing: readonly components["schemas"]["Code"][];
            readonly reason: string | null;
            readonly failure_code: components["schemas"]["FailureCode"];
            readonly failure_detail: components["schemas"]["FailureDetail"];
            readonly outcome: components["schemas"]["Outcome"];
        };
        /**
         * @description Why a run failed, was skipped or is retried, as a code; `reason` is the sentence.
         * @example xe_refused
         */
        readonly FailureCode: string | null;
        /** @description The numbers and names that belong to `failure_code`, such as the status of XE. */
        readonly FailureDetail: {
            readonly [key: string]: unknown;
        } | null;
        /**
         * @description What a confirmed run brought; `no_newer_rate` means that its rates are hidden or not newer than what was stored.
         * @enum {unknown}
         */
        readonly Outcome: "ok" | "partial" | "no_newer_rate" | null;
        readonly HealthProblem: {
            /**
             * @description For programs.
             * @example rates_stale
             */
            readonly code: string;
            /** @enum {unknown} */
            readonly component: "producer" | "consumer" | "rates" | "xe";
            /** @description What is wrong. */
            readonly detail: string;
            /** @description What to do. */
            readonly fix: string;
        };
        readonly OpenRun: {
            readonly run_id: components["schemas"]["RunId"];
            /** @enum {unknown} */
            readonly trigger: "schedule" | "catch-up" | "manual" | "backfill";
            readonly slot: components["schemas"]["Instant"] | null;
            readonly first_day: components["schemas"]["Day"] | null;
            readonly last_day: components["schemas"]["Day"] | null;
            /** @enum {unknown} */
            readonly state: "due" | "claimed" | "fetched" | "published" | "confirmed" | "retrying" | "failed" | "skipped";
            readonly attempts: number;
            readonly next_attempt_at: components["schemas"]["Instant"];
            readonly error: string | null;
            readonly failure_code: components["schemas"]["FailureCode"];
            readonly failure_detail: components["schemas"]["FailureDetail"];
        };
        /** @description What XE last said of the account, in rates, as it bills them. */
        readonly Quota: {
            readonly package: string | null;
            readonly service_ends_at: components["schemas"]["Instant"] | null;
            readonly quota_limit: string | null;
            readonly quota_remaining: string | null;
            readonly quota_resets_at: components["schemas"]["Instant"] | null;
            readonly window_limit: string | null;
            readonly window_remaining: string | null;
            readonly window_resets_at: components["schemas"]["Instant"] | null;
            readonly seen_at: components["schemas"]["Instant"];
        };
        /** @description Open: XE has refused us and is left alone for a while. */
        readonly Breaker: {
            /** @description The HTTP status that XE refused with. */
            readonly status: number;
            readonly reason: string;
            readonly opened_at: components["schemas"]["Instant"];
            readonly open_until: components["schemas"]["Instant"];
        };
        readonly Service: {
            readonly service: string;
            readonly instance: string;
            readonly seen_seconds_ago: number;
            /** @description Heard of within 20 seconds. */
            readonly fresh: boolean;
            readonly trouble: string | null;
        };
        /** @description With API_TOKEN set, a request without the token sees freshness and slots only (`details: false`); everything else is null or empty. */
        readonly Status: {
            readonly source: components["schemas"]["Source"];
            readonly now: components["schemas"]["Instant"];
            /** @description Whether the details below are shown. */
            readonly details: boolean;
            /** @description What is wrong, as sentences; empty when the pipeline is healthy. */
            readonly trouble: readonly string[];
            /** @description What is wrong, with codes and what to do. */
            readonly problems: readonly components["schemas"]["HealthProblem"][];
            readonly currencies: readonly components["schemas"]["Freshness"][];
            /** @description The newest day that has rates, and of how many currencies. */
            readonly newest: {
                readonly rate_date: components["schemas"]["Day"];
                readonly currencies: number;
                readonly fetched_at: components["schemas"]["Instant"];
            } | null;
            readonly last_slot: components["schemas"]["Slot"] | null;
            readonly next_slot: components["schemas"]["Instant"];
            /** @description Slots of the last seven days that failed, were skipped or are late, newest first, 20 at most. */
            readonly troubled_slots: readonly components["schemas"]["Slot"][];
            /** @description Not ended yet, oldest first, 20 at most. */
            readonly open_runs: readonly components["schemas"]["OpenRun"][];
            readonly open_count: number | null;
            /** @description Rates, as XE bills them. */
            readonly spent_today: number | null;
            readonly daily_budget: number | null;
            readonly quota: components["schemas"]["Quota"] | null;
            readonly breaker: components["schemas"]["Breaker"] | null;
            readonly backfill: {
                readonly runs: number;
                readonly confirmed: number;
                readonly failed: number;
                readonly cost: number;
            } | null;
            /** @description Events not stored yet; null while no consumer reports it. */
            readonly consumer_lag: string | null;
            /** @description Where Redpanda Console is, if the settings say so. */
            readonly console_url: string | null;
            /** @description Open dead letters. */
            readonly dead_letters: number | null;
            readonly services: readonly components["schemas"]["Service"][];
        };
        readonly StatusAnswer: {
            readonly data: components["schemas"]["Status"];
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Run: {
            readonly run_id: components["schemas"]["RunId"];
            readonly source: components["schemas"]["Source"];
            readonly answered_by: components["schemas"]["Source"] | null;
            /** @enum {unknown} */
            readonly trigger: "schedule" | "catch-up" | "manual" | "backfill";
            readonly slot: components["schemas"]["Instant"] | null;
            readonly first_day: components["schemas"]["Day"] | null;
            readonly last_day: components["schemas"]["Day"] | null;
            /** @enum {unknown} */
            readonly state: "due" | "claimed" | "fetched" | "published" | "confirmed" | "retrying" | "failed" | "skipped";
            /** @description XE had no rate of the currencies in missing. */
            readonly partial: boolean;
            readonly missing: readonly components["schemas"]["Code"][];
            readonly currencies: readonly components["schemas"]["Code"][];
            /** @description Why it failed, was skipped or is retried. */
            readonly reason: string | null;
            readonly failure_code: components["schemas"]["FailureCode"];
            readonly failure_detail: components["schemas"]["FailureDetail"];
            readonly outcome: components["schemas"]["Outcome"];
            /** @description The dead letter that failed the run. */
            readonly dead_letter_id: string | null;
            readonly attempts: number;
            readonly publishes: number;
            /** @description Rates, as XE bills them. */
            readonly cost: number;
            readonly package: string | null;
            readonly asked_at: components["schemas"]["Instant"];
            readonly next_attempt_at: components["schemas"]["Instant"] | null;
            readonly claimed_at: components["schemas"]["Instant"] | null;
            readonly fetched_at: components["schemas"]["Instant"] | null;
            readonly published_at: components["schemas"]["Instant"] | null;
            readonly ended_at: components["schemas"]["Instant"] | null;
            readonly skipped_to: components["schemas"]["Instant"] | null;
            readonly skipped_count: number | null;
        };
        readonly RunsAnswer: {
            readonly data: readonly components["schemas"]["Run"][];
            readonly meta: components["schemas"]["Meta"];
        };
        readonly RunAnswer: {
            readonly data: components["schemas"]["Run"];
            readonly meta: components["schemas"]["Meta"];
        };
        readonly DeadLetter: {
            readonly id: string;
            readonly topic: string;
            readonly partition: number;
            readonly record_offset: string;
            /** @description When the record was created; null when its producer wrote no usable time. */
            readonly record_timestamp: components["schemas"]["Instant"] | null;
            readonly reason: string;
            /**
             * @description The reason for programs, such as wrong_magic_byte or observed_ahead.
             * @example wrong_magic_byte
             */
            readonly reason_code: string;
            /** @description The reason as a sentence. */
            readonly cause: string;
            /** @description What to do about it. */
            readonly next_step: string;
            readonly detail: string;
            /** @enum {unknown} */
            readonly state: "open" | "redriven" | "closed";
            readonly set_aside_at: components["schemas"]["Instant"];
            readonly redrive_asked_at: components["schemas"]["Instant"] | null;
            readonly redrive_error: string | null;
            /** @description Why the last redrive failed. */
            readonly redrive_error_code: string | null;
            readonly closed_at: components["schemas"]["Instant"] | null;
            readonly redriven_at: components["schemas"]["Instant"] | null;
        };
        readonly DeadLetterWithBytes: {
            readonly id: string;
            readonly topic: string;
            readonly partition: number;
            readonly record_offset: string;
            /** @description When the record was created; null when its producer wrote no usable time. */
            readonly record_timestamp: components["schemas"]["Instant"] | null;
            readonly reason: string;
            /**
             * @description The reason for programs, such as wrong_magic_byte or observed_ahead.
             * @example wrong_magic_byte
             */
            readonly reason_code: string;
            /** @description The reason as a sentence. */
            readonly cause: string;
            /** @description What to do about it. */
            readonly next_step: string;
            readonly detail: string;
            /** @enum {unknown} */
            readonly state: "open" | "redriven" | "closed";
            readonly set_aside_at: components["schemas"]["Instant"];
            readonly redrive_asked_at: components["schemas"]["Instant"] | null;
            readonly redrive_error: string | null;
            /** @description Why the last redrive failed. */
            readonly redrive_error_code: string | null;
            readonly closed_at: components["schemas"]["Instant"] | null;
            readonly redriven_at: components["schemas"]["Instant"] | null;
            readonly key: string | null;
            readonly headers: Record<string, never>;
            readonly value_base64: string | null;
            /** @description The same as far as it is text. */
            readonly value_text: string | null;
        };
        readonly DeadLettersAnswer: {
            readonly data: readonly components["schemas"]["DeadLetter"][];
            readonly meta: components["schemas"]["Meta"];
        };
        readonly DeadLetterAnswer: {
            readonly data: components["schemas"]["DeadLetterWithBytes"];
            readonly meta: components["schemas"]["Meta"];
        };
        /** @description `totals` are of the whole report, not of one page. */
        readonly ReportMeta: {
            readonly as_of: components["schemas"]["Day"];
            readonly from?: components["schemas"]["Day"];
            /** @description The sample book, not a real portfolio. */
            readonly is_sample: boolean;
            /** @description An instalment short by no more counts as covered. */
            readonly tolerance: components["schemas"]["Decimal"];
            /** @description One per currency, and one in USD where asked for. A sum is null where a rate is missing. */
            readonly totals: readonly components["schemas"]["ReportTotal"][];
            /** @description Limits of the book, the rates used, and why a total is missing. */
            readonly notes: readonly string[];
            /** @description With `in`. */
            readonly rates?: readonly components["schemas"]["UsedRate"][];
            /** @description Loans that match, on all pages together. */
            readonly count?: number;
            readonly next_cursor?: string | null;
        };
        readonly ReportTotal: {
            /** @example total KES */
            readonly label: string;
            /** @example KES */
            readonly currency: string | null;
            readonly sums: {
                readonly [key: string]: components["schemas"]["Decimal"] | null;
            };
        };
        readonly UsedRate: {
            /**
             * @description Quote currency.
             * @example KES
             */
            readonly currency: components["schemas"]["Code"];
            /**
             * @description Units of the currency for 1 USD.
             * @example 110.95
             */
            readonly rate: components["schemas"]["Decimal"];
            /**
             * @description The day of the rate, up to 7 days before as_of.
             * @example 2021-10-15
             */
            readonly rate_date: components["schemas"]["Day"];
            /**
             * @description xe, or simulator for a made-up rate.
             * @example xe
             */
            readonly source: string;
            /**
             * @description More than 20 % off the last rate before it.
             * @example false
             */
            readonly suspect: boolean;
        };
        readonly LoanBook: {
            /**
             * @description The sample book, not a real portfolio.
             * @example true
             */
            readonly is_sample: boolean;
            /**
             * @description An instalment short by no more counts as covered.
             * @example 0.0000
             */
            readonly tolerance: components["schemas"]["Decimal"];
            /**
             * @description When the book was loaded; null when there is none.
             * @example 2026-11-30T01:00:00Z
             */
            readonly loaded_at: components["schemas"]["Instant"] | null;
            /**
             * @description How many loans are loaded.
             * @example 4
             */
            readonly loans: number;
            /**
             * @description The newest day up to today with a release, a due date or a payment.
             * @example 2024-04-16
             */
            readonly last_activity: components["schemas"]["Day"] | null;
            /**
             * @description The newest such day on which loans are open at its close: a good day to begin with.
             * @example 2024-03-16
             */
            readonly opening_day: components["schemas"]["Day"] | null;
            /**
             * @description Limits of the book that every report states.
             * @example []
             */
            readonly notes: readonly string[];
        };
        readonly LoanBookAnswer: {
            readonly data: components["schemas"]["LoanBook"];
            readonly meta: Record<string, never>;
        };
        readonly Loan: {
            /**
             * @description Id in the raw files.
             * @example 09u924rbwf
             */
            readonly loan_id: string;
            /**
             * @description Id of the borrower.
             * @example 123fd35
             */
            readonly borrower_id: string;
            /**
             * @description The day on which the money was paid out.
             * @example 2021-04-16
             */
            readonly date_of_release: components["schemas"]["Day"];
            /**
             * @description Term in months, as the file has it.
             * @example 36
             */
            readonly term: number | null;
            /**
             * @description The principal lent.
             * @example 45784937.0000
             */
            readonly LoanAmount: components["schemas"]["Decimal"];
            /**
             * @description Not a repayment, never counted as one.
             * @example 1200000.0000
             */
            readonly Downpayment: components["schemas"]["Decimal"] | null;
            /**
             * @description Of the borrower.
             * @example dfgc
             */
            readonly state: string | null;
            /**
             * @description Of the borrower.
             * @example 12olki
             */
            readonly city: string | null;
            /**
             * @description Of the borrower. Text: it may begin with 0.
             * @example 19473
             */
            readonly zip_code: string | null;
            /**
             * @description The amount of one instalment, not a frequency: the name is that of the file.
             * @example 1271803.8060
             */
            readonly payment_frequency: components["schemas"]["Decimal"] | null;
            /**
             * @description As the file has it.
             * @example 2024-04-30
             */
            readonly maturity_date: components["schemas"]["Day"] | null;
            /**
             * @description Days since the oldest instalment not covered fell due. 0 on the due date, and before the release.
             * @example 0
             */
            readonly current_days_past_due: number;
            /**
             * @description The latest due date up to the day.
             * @example 2021-09-16
             */
            readonly last_due_date: components["schemas"]["Day"] | null;
            /**
             * @description The latest payment up to the day that was not reversed.
             * @example 2021-09-16
             */
            readonly last_repayment_date: components["schemas"]["Day"] | null;
            /**
             * @description Everything due and not received. 0 before the release.
             * @example 0.0000
             */
            readonly amount_at_risk: components["schemas"]["Decimal"];
            /**
             * @description Null if the file has no whole number; 0 is a real score, the worst.
             * @example 4
             */
            readonly borrower_credit_score: number | null;
            /**
             * @description Name of the branch.
             * @example kenya
             */
            readonly branch: string | null;
            /**
             * @description Id of the branch.
             * @example 1
             */
            readonly branch_id: string | null;
            /**
             * @description Name of the borrower.
             * @example jane
             */
            readonly borrower_name: string | null;
            /**
             * @description Payments up to the day that were not reversed.
             * @example 6359019.0300
             */
            readonly total_amount_paid: components["schemas"]["Decimal"];
            /**
             * @description Instalments due up to the day.
             * @example 6359019.0300
             */
            readonly total_amount_expected: components["schemas"]["Decimal"];
            /**
             * @description Days before the day at whose close the loan was short.
             * @example 0
             */
            readonly par_days: number;
            /**
             * @description The first that holds: released later, without instalments, nothing outstanding, days past due, else current.
             * @example current
             * @enum {unknown}
             */
            readonly status: "not_released" | "no_schedule" | "settled" | "in_arrears" | "current";
            /**
             * @description By days past due. Null outside of the portfolio, which is the loans in_arrears and current.
             * @example current
             * @enum {unknown}
             */
            readonly bucket: "current" | "1-30" | "31-60" | "61-90" | "90+" | null;
            /**
             * @description All instalments less what was paid. Null without instalments, 0 before the release.
             * @example 39425917.9860
             */
            readonly outstanding_balance: components["schemas"]["Decimal"] | null;
            /**
             * @description ISO 4217 code of the loan, else of its branch.
             * @example KES
             */
            readonly currency: string | null;
            /**
             * @description The straight-line share of principal in outstanding_balance: LoanAmount / sum of instalments.
             * @example 39425917.9722
             */
            readonly principal_outstanding: components["schemas"]["Decimal"] | null;
        };
        /** @description With `columns`, these fields of a Loan. */
        readonly SomeOfALoan: {
            readonly [key: string]: string | number | null;
        };
        readonly LoansAnswer: {
            readonly data: readonly (components["schemas"]["Loan"] | components["schemas"]["SomeOfALoan"])[];
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly AllLoansAnswer: {
            readonly data: readonly components["schemas"]["Loan"][];
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly LoanAnswer: {
            readonly data: components["schemas"]["Loan"];
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly LoanDay: {
            /**
             * @description The day at whose close this holds.
             * @example 2021-10-15
             */
            readonly day: components["schemas"]["Day"];
            /**
             * @description Days since the oldest instalment not covered fell due.
             * @example 49
             */
            readonly current_days_past_due: number;
            /**
             * @description Everything due and not received.
             * @example 201580.6666
             */
            readonly amount_at_risk: components["schemas"]["Decimal"];
            /**
             * @description Instalments due so far.
             * @example 806322.6664
             */
            readonly total_amount_expected: components["schemas"]["Decimal"];
            /**
             * @description Payments so far that were not reversed.
             * @example 604741.9998
             */
            readonly total_amount_paid: components["schemas"]["Decimal"];
        };
        readonly HistoryAnswer: {
            readonly data: readonly components["schemas"]["LoanDay"][];
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly MissedPayment: {
            /**
             * @description Id of the loan.
             * @example 32u09wekjbfje
             */
            readonly loan_id: string;
            /**
             * @description Id of the borrower.
             * @example 123fd35
             */
            readonly borrower_id: string;
            /**
             * @description Id of the instalment, unique within its loan.
             * @example S1
             */
            readonly schedule_id: string;
            /**
             * @description Its place by due date, from 1.
             * @example 7
             */
            readonly instalment_number: number;
            /**
             * @description The day on which it fell due.
             * @example 2021-08-27
             */
            readonly due_date: components["schemas"]["Day"];
            /**
             * @description The instalment.
             * @example 100790.3333
             */
            readonly amount: components["schemas"]["Decimal"];
            /**
             * @description What was missing of it at the close of its due date.
             * @example 100790.3333
             */
            readonly amount_missed: components["schemas"]["Decimal"];
            /**
             * @description The first day on which it was covered; null while it is not.
             * @example null
             */
            readonly date_cleared: components["schemas"]["Day"] | null;
            /**
             * @description From the due date to date_cleared, else to the day of the report.
             * @example 49
             */
            readonly days_late: number;
            /**
             * @description What is still missing of it.
             * @example 100790.3333
             */
            readonly amount_unpaid: components["schemas"]["Decimal"];
            /**
             * @description Whether it has been covered since.
             * @example open
             * @enum {unknown}
             */
            readonly status: "open" | "cleared";
            /**
             * @description ISO 4217 code of the loan, else of its branch.
             * @example KES
             */
            readonly currency: string | null;
        };
        readonly MissedAnswer: {
            readonly data: readonly components["schemas"]["MissedPayment"][];
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly ParLine: {
            /**
             * @description book, currency, branch, or book in USD.
             * @example currency
             */
            readonly scope: string;
            /**
             * @description With scope branch.
             * @example null
             */
            readonly branch_id: string | null;
            /**
             * @description With scope branch.
             * @example null
             */
            readonly branch: string | null;
            /**
             * @description With scope currency, branch and book in USD.
             * @example KES
             */
            readonly currency: string | null;
            /**
             * @description PAR>0, PAR>30, PAR>60, PAR>90; the buckets current, 1-30, 31-60, 61-90, 90+; and outside of the portfolio settled, not_released, no_schedule.
             * @example PAR>30
             */
            readonly measure: string;
            /**
             * @description How many loans.
             * @example 1
             */
            readonly loans: number;
            /**
             * @description Of these loans. Null for several currencies and outside of the portfolio.
             * @example 604741.9998
             */
            readonly outstanding_balance: components["schemas"]["Decimal"] | null;
            /**
             * @description Of these loans.
             * @example 201580.6666
             */
            readonly amount_at_risk: components["schemas"]["Decimal"] | null;
            /**
             * @description outstanding_balance over that of the whole portfolio.
             * @example 0.015107
             */
            readonly by_outstanding: components["schemas"]["Decimal"] | null;
            /**
             * @description amount_at_risk over the outstanding_balance of the whole portfolio.
             * @example 0.005036
             */
            readonly by_arrears: components["schemas"]["Decimal"] | null;
            /**
             * @description Of these loans.
             * @example 604742.0000
             */
            readonly principal_outstanding: components["schemas"]["Decimal"] | null;
            /**
             * @description principal_outstanding over that of the whole portfolio: the usual PAR.
             * @example 0.015107
             */
            readonly by_principal: components["schemas"]["Decimal"] | null;
        };
        readonly ParAnswer: {
            readonly data: readonly components["schemas"]["ParLine"][];
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly RollLine: {
            /**
             * @description ISO 4217 code.
             * @example KES
             */
            readonly currency: string | null;
            /**
             * @description Bucket on the earlier day.
             * @example 1-30
             * @enum {unknown}
             */
            readonly from_bucket: "current" | "1-30" | "31-60" | "61-90" | "90+";
            /**
             * @description Bucket on the later day, or settled.
             * @example 31-60
             * @enum {unknown}
             */
            readonly to_bucket: "current" | "1-30" | "31-60" | "61-90" | "90+" | "settled";
            /**
             * @description How many loans moved so.
             * @example 1
             */
            readonly loans: number;
            /**
             * @description Of the loans in from_bucket.
             * @example 1.000000
             */
            readonly share_of_loans: components["schemas"]["Decimal"];
            /**
             * @description Of these loans on the earlier day.
             * @example 604741.9998
             */
            readonly outstanding_balance: components["schemas"]["Decimal"];
            /**
             * @description Of the outstanding balance in from_bucket.
             * @example 1.000000
             */
            readonly share_of_outstanding: components["schemas"]["Decimal"] | null;
            /**
             * @description Loans of the currency settled by the earlier day: not part of the portfolio that moves.
             * @example 0
             */
            readonly settled_loans: number;
            /**
             * @description Loans of the currency released after the earlier day.
             * @example 0
             */
            readonly not_released_loans: number;
            /**
             * @description Loans of the currency without instalments.
             * @example 0
             */
            readonly no_schedule_loans: number;
        };
        readonly RollAnswer: {
            readonly data: readonly components["schemas"]["RollLine"][];
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly Ready: {
            /** @enum {unknown} */
            readonly status: "ok" | "degraded";
            readonly checks: {
                readonly [key: string]: string | null;
            };
        };
        readonly OldRates: readonly {
            readonly id: number;
            readonly timestamp: components["schemas"]["Instant"];
            readonly currency_from: components["schemas"]["Code"];
            readonly USD_to_currency_rate: number;
            readonly currency_to_USD_rate: number;
            readonly currency_to: components["schemas"]["Code"];
        }[];
        readonly OldSuccess: {
            /** @constant */
            readonly success: true;
        };
        readonly OldFailure: {
            /** @constant */
            readonly success: false;
            readonly detail: string;
        };
    };
    responses: {
        /** @description The copy that you have is still right. */
        readonly NotModified: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description A parameter, a header or a body is not as declared: `errors` points at each. */
        readonly Invalid: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The bearer token is missing or wrong. */
        readonly Unauthorized: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No token is configured and the request is not a direct local one, or it comes from a page of another origin (CSRF protection). */
        readonly Forbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not found. */
        readonly NotFound: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description None of the formats in Accept is available. */
        readonly NotAcceptable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The current state does not allow this. */
        readonly Conflict: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is larger than 10 kB. */
        readonly TooLarge: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not application/json. */
        readonly UnsupportedType: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Without a token only the host names localhost, 127.0.0.1 and [::1] are served (prevents DNS rebinding). */
        readonly Misdirected: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description More requests than RATE_LIMIT_PER_MINUTE allows: `Retry-After` says when. */
        readonly TooMany: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The database cannot be reached, or did not answer in time: try again after `Retry-After`. */
        readonly Unavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description The currency of which 1 unit is priced. */
        readonly base: components["schemas"]["CodeAsked"];
        /**
         * @description The currencies to price it in, as a comma list or repeated; all by default. Spaces after commas are ignored.
         * @example [
         *       "KES",
         *       "NGN"
         *     ]
         */
        readonly quotes: readonly components["schemas"]["CodeAsked"][];
        /**
         * @description UTC day.
         * @example 2026-11-24
         */
        readonly date: components["schemas"]["Day"];
        /**
         * @description UTC day of XE's timestamp.
         * @example 2026-11-24
         */
        readonly date_required: components["schemas"]["Day"];
        /** @description What to return for a currency without a rate of `date`: `null` (default) shows the gap, `previous` the last earlier rate, `error` a 404. */
        readonly on_missing: "null" | "previous" | "error";
        /** @description What happens without a rate of `date`: `error` (default) is a 404 that names the last day with a rate, `previous` converts at that rate. */
        readonly convert_on_missing: "previous" | "error";
        /** @description Layout of CSV and workbook: `long` (default) has one row per day and currency, `wide` one row per day and one column per currency. JSON is always long. */
        readonly layout: "long" | "wide";
        /**
         * @description First UTC day.
         * @example 2026-11-01
         */
        readonly from: components["schemas"]["Day"];
        /**
         * @description Last UTC day.
         * @example 2026-11-30
         */
        readonly to: components["schemas"]["Day"];
        /** @description Buckets instead of days: average, closing rate (`last`), high (`max`) and low (`min`) of each. */
        readonly group: "day" | "week" | "month";
        /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
        readonly limit: number;
        /** @description `meta.next_cursor` of the page before, with otherwise equal parameters. */
        readonly cursor: string;
        /** @example KES */
        readonly base_path: components["schemas"]["CodeAsked"];
        /** @example NGN */
        readonly quote_path: components["schemas"]["CodeAsked"];
        /** @example KES */
        readonly convert_from: components["schemas"]["CodeAsked"];
        /** @example USD */
        readonly convert_to: components["schemas"]["CodeAsked"];
        /**
         * @description Plain decimal of 0 or more, without thousands separators.
         * @example 1250.50
         */
        readonly amount: string;
        /** @description Runs of one source only. */
        readonly source: components["schemas"]["Source"];
        /** @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10 */
        readonly run_id: components["schemas"]["RunId"];
        /**
         * @description `wait=10` (RFC 7240) waits up to ten seconds for the end of the run, at most 30.
         * @example wait=10
         */
        readonly prefer: string;
        readonly letter_state: "open" | "redriven" | "closed";
        /** @example 12 */
        readonly letter_id: string;
        /**
         * @description The `id` of the last event received; the stream resumes after it.
         * @example 812-4031
         */
        readonly last_event_id: string;
        /**
         * @description State of the book at the close of this day; today (UTC) by default.
         * @example 2021-10-15
         */
        readonly as_of: components["schemas"]["Day"];
        /** @description Totals in this currency too, by the rates of the day. Refused for a CSV, which has no totals. */
        readonly in: "USD";
        /**
         * @description Loans of this status.
         * @example in_arrears
         */
        readonly loan_status: "in_arrears" | "current" | "settled" | "not_released" | "no_schedule";
        /**
         * @description Loans of the branch with this id or name, in either case.
         * @example kenya
         */
        readonly loan_branch: string;
        /**
         * @description Loans in this currency.
         * @example KES
         */
        readonly loan_currency: components["schemas"]["CodeAsked"];
        /**
         * @description Loans at least so many days past due.
         * @example 30
         */
        readonly min_days: number;
        /**
         * @description Loans whose id, borrower or branch contain all these words, in either case.
         * @example jane
         */
        readonly find: string;
        /**
         * @description A field of a loan, or `days-past-due`, `at-risk`, `outstanding`, `paid`, `released`; append `:asc` or `:desc`. By default numbers and days are highest first, text is alphabetical.
         * @example days-past-due
         */
        readonly sort: string;
        /**
         * @description These fields of a loan alone, in this order, separated by commas.
         * @example loan_id,status,outstanding_balance
         */
        readonly columns: string;
        /** @description Totals per currency, of all loans that match and not only of this page. */
        readonly totals: "true" | "false";
        /** @example 09u924rbwf */
        readonly loan_id: string;
        /**
         * @description Of this loan alone, the totals too. No rows where it missed nothing, or is not in the book.
         * @example 09u924rbwf
         */
        readonly of_loan: string;
        /**
         * @description The earlier of the two days.
         * @example 2021-08-31
         */
        readonly roll_from: components["schemas"]["Day"];
        /**
         * @description One currency only, in upper or lower case.
         * @example KES
         */
        readonly old_currency: components["schemas"]["CodeAsked"];
    };
    requestBodies: never;
    headers: {
        /** @description Strong validator, for If-None-Match. */
        readonly ETag: string;
        /** @description `max-age=86400` for complete days of real rates older than seven days; everything else revalidates. */
        readonly "Cache-Control": string;
        /** @description The next page as rel="next", relative to this address. */
        readonly Link: string;
        /** @description The notes of the report, separated by ` | `: limits of the book, rates used, missing totals. */
        readonly "X-Report-Notes": string;
        /** @description Where to look again. */
        readonly Location: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly latestRates: {
        readonly parameters: {
            readonly query?: {
                /** @description The currency of which 1 unit is priced. */
                readonly base?: components["parameters"]["base"];
                /**
                 * @description The currencies to price it in, as a comma list or repeated; all by default. Spaces after commas are ignored.
                 * @example [
                 *       "KES",
                 *       "NGN"
                 *     ]
                 */
                readonly quotes?: components["parameters"]["quotes"];
                /** @description Layout of CSV and workbook: `long` (default) has one row per day and currency, `wide` one row per day and one column per currency. JSON is always long. */
                readonly layout?: components["parameters"]["layout"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RatesAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly rates: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description UTC day.
                 * @example 2026-11-24
                 */
                readonly date?: components["parameters"]["date"];
                /** @description What to return for a currency without a rate of `date`: `null` (default) shows the gap, `previous` the last earlier rate, `error` a 404. */
                readonly on_missing?: components["parameters"]["on_missing"];
                /**
                 * @description First UTC day.
                 * @example 2026-11-01
                 */
                readonly from?: components["parameters"]["from"];
                /**
                 * @description Last UTC day.
                 * @example 2026-11-30
                 */
                readonly to?: components["parameters"]["to"];
                /** @description The currency of which 1 unit is priced. */
                readonly base?: components["parameters"]["base"];
                /**
                 * @description The currencies to price it in, as a comma list or repeated; all by default. Spaces after commas are ignored.
                 * @example [
                 *       "KES",
                 *       "NGN"
                 *     ]
                 */
                readonly quotes?: components["parameters"]["quotes"];
                /** @description Buckets instead of days: average, closing rate (`last`), high (`max`) and low (`min`) of each. */
                readonly group?: components["parameters"]["group"];
                /** @description Layout of CSV and workbook: `long` (default) has one row per day and currency, `wide` one row per day and one column per currency. JSON is always long. */
                readonly layout?: components["parameters"]["layout"];
                /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
                readonly limit?: components["parameters"]["limit"];
                /** @description `meta.next_cursor` of the page before, with otherwise equal parameters. */
                readonly cursor?: components["parameters"]["cursor"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly Link: components["headers"]["Link"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RatesAnswer"] | components["schemas"]["BucketsAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly pairRate: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description UTC day.
                 * @example 2026-11-24
                 */
                readonly date?: components["parameters"]["date"];
                /** @description What to return for a currency without a rate of `date`: `null` (default) shows the gap, `previous` the last earlier rate, `error` a 404. */
                readonly on_missing?: components["parameters"]["on_missing"];
            };
            readonly header?: never;
            readonly path: {
                /** @example KES */
                readonly base: components["parameters"]["base_path"];
                /** @example NGN */
                readonly quote: components["parameters"]["quote_path"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RateAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly observations: {
        readonly parameters: {
            readonly query: {
                /**
                 * @description UTC day of XE's timestamp.
                 * @example 2026-11-24
                 */
                readonly date: components["parameters"]["date_required"];
                /**
                 * @description The currencies to price it in, as a comma list or repeated; all by default. Spaces after commas are ignored.
                 * @example [
                 *       "KES",
                 *       "NGN"
                 *     ]
                 */
                readonly quotes?: components["parameters"]["quotes"];
                /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
                readonly limit?: components["parameters"]["limit"];
                /** @description `meta.next_cursor` of the page before, with otherwise equal parameters. */
                readonly cursor?: components["parameters"]["cursor"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly Link: components["headers"]["Link"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ObservationsAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly latestObservations: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description The currencies to price it in, as a comma list or repeated; all by default. Spaces after commas are ignored.
                 * @example [
                 *       "KES",
                 *       "NGN"
                 *     ]
                 */
                readonly quotes?: components["parameters"]["quotes"];
                /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
                readonly limit?: components["parameters"]["limit"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ObservationsAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly convert: {
        readonly parameters: {
            readonly query: {
                /** @example KES */
                readonly from: components["parameters"]["convert_from"];
                /** @example USD */
                readonly to: components["parameters"]["convert_to"];
                /**
                 * @description Plain decimal of 0 or more, without thousands separators.
                 * @example 1250.50
                 */
                readonly amount: components["parameters"]["amount"];
                /**
                 * @description UTC day.
                 * @example 2026-11-24
                 */
                readonly date?: components["parameters"]["date"];
                /** @description What happens without a rate of `date`: `error` (default) is a 404 that names the last day with a rate, `previous` converts at that rate. */
                readonly on_missing?: components["parameters"]["convert_on_missing"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConversionAnswer"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly currencies: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CurrenciesAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly status: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StatusAnswer"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly runs: {
        readonly parameters: {
            readonly query?: {
                /** @description Runs of one source only. */
                readonly source?: components["parameters"]["source"];
                /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
                readonly limit?: components["parameters"]["limit"];
                /** @description `meta.next_cursor` of the page before, with otherwise equal parameters. */
                readonly cursor?: components["parameters"]["cursor"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly Link: components["headers"]["Link"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RunsAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly pull: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description `wait=10` (RFC 7240) waits up to ten seconds for the end of the run, at most 30.
                 * @example wait=10
                 */
                readonly Prefer?: components["parameters"]["prefer"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The run has ended. */
            readonly 200: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RunAnswer"];
                };
            };
            /** @description The run was requested; poll it at `Location`. */
            readonly 202: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RunAnswer"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 415: components["responses"]["UnsupportedType"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly run: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10 */
                readonly run_id: components["parameters"]["run_id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RunAnswer"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly runAnswer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10 */
                readonly run_id: components["parameters"]["run_id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": string;
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deadLetters: {
        readonly parameters: {
            readonly query?: {
                readonly state?: components["parameters"]["letter_state"];
                /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
                readonly limit?: components["parameters"]["limit"];
                /** @description `meta.next_cursor` of the page before, with otherwise equal parameters. */
                readonly cursor?: components["parameters"]["cursor"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly Link: components["headers"]["Link"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeadLettersAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deadLetter: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example 12 */
                readonly letter_id: components["parameters"]["letter_id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeadLetterAnswer"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly redrive: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example 12 */
                readonly letter_id: components["parameters"]["letter_id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The redrive was requested. `redrive_asked_at` is null again once a consumer has tried. */
            readonly 202: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeadLetterAnswer"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 415: components["responses"]["UnsupportedType"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly closeDeadLetter: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example 12 */
                readonly letter_id: components["parameters"]["letter_id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The closed dead letter. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeadLetterAnswer"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 415: components["responses"]["UnsupportedType"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly events: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description The `id` of the last event received; the stream resumes after it.
                 * @example 812-4031
                 */
                readonly "Last-Event-ID"?: components["parameters"]["last_event_id"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/event-stream": string;
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly loanBook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LoanBookAnswer"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly loans: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description State of the book at the close of this day; today (UTC) by default.
                 * @example 2021-10-15
                 */
                readonly as_of?: components["parameters"]["as_of"];
                /**
                 * @description Loans of this status.
                 * @example in_arrears
                 */
                readonly status?: components["parameters"]["loan_status"];
                /**
                 * @description Loans of the branch with this id or name, in either case.
                 * @example kenya
                 */
                readonly branch?: components["parameters"]["loan_branch"];
                /**
                 * @description Loans in this currency.
                 * @example KES
                 */
                readonly currency?: components["parameters"]["loan_currency"];
                /**
                 * @description Loans at least so many days past due.
                 * @example 30
                 */
                readonly min_days?: components["parameters"]["min_days"];
                /**
                 * @description Loans whose id, borrower or branch contain all these words, in either case.
                 * @example jane
                 */
                readonly find?: components["parameters"]["find"];
                /**
                 * @description A field of a loan, or `days-past-due`, `at-risk`, `outstanding`, `paid`, `released`; append `:asc` or `:desc`. By default numbers and days are highest first, text is alphabetical.
                 * @example days-past-due
                 */
                readonly sort?: components["parameters"]["sort"];
                /**
                 * @description These fields of a loan alone, in this order, separated by commas.
                 * @example loan_id,status,outstanding_balance
                 */
                readonly columns?: components["parameters"]["columns"];
                /** @description Totals per currency, of all loans that match and not only of this page. */
                readonly totals?: components["parameters"]["totals"];
                /** @description Totals in this currency too, by the rates of the day. Refused for a CSV, which has no totals. */
                readonly in?: components["parameters"]["in"];
                /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
                readonly limit?: components["parameters"]["limit"];
                /** @description `meta.next_cursor` of the page before, with otherwise equal parameters. */
                readonly cursor?: components["parameters"]["cursor"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly Link: components["headers"]["Link"];
                    readonly "X-Report-Notes": components["headers"]["X-Report-Notes"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LoansAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly loan: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description State of the book at the close of this day; today (UTC) by default.
                 * @example 2021-10-15
                 */
                readonly as_of?: components["parameters"]["as_of"];
            };
            readonly header?: never;
            readonly path: {
                /** @example 09u924rbwf */
                readonly loan_id: components["parameters"]["loan_id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly "X-Report-Notes": components["headers"]["X-Report-Notes"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LoanAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly loanHistory: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description State of the book at the close of this day; today (UTC) by default.
                 * @example 2021-10-15
                 */
                readonly as_of?: components["parameters"]["as_of"];
            };
            readonly header?: never;
            readonly path: {
                /** @example 09u924rbwf */
                readonly loan_id: components["parameters"]["loan_id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly "X-Report-Notes": components["headers"]["X-Report-Notes"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly loansReport: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description State of the book at the close of this day; today (UTC) by default.
                 * @example 2021-10-15
                 */
                readonly as_of?: components["parameters"]["as_of"];
                /** @description Totals in this currency too, by the rates of the day. Refused for a CSV, which has no totals. */
                readonly in?: components["parameters"]["in"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly "X-Report-Notes": components["headers"]["X-Report-Notes"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AllLoansAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly missedReport: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description State of the book at the close of this day; today (UTC) by default.
                 * @example 2021-10-15
                 */
                readonly as_of?: components["parameters"]["as_of"];
                /** @description Totals in this currency too, by the rates of the day. Refused for a CSV, which has no totals. */
                readonly in?: components["parameters"]["in"];
                /**
                 * @description Of this loan alone, the totals too. No rows where it missed nothing, or is not in the book.
                 * @example 09u924rbwf
                 */
                readonly loan_id?: components["parameters"]["of_loan"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly "X-Report-Notes": components["headers"]["X-Report-Notes"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MissedAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly parReport: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description State of the book at the close of this day; today (UTC) by default.
                 * @example 2021-10-15
                 */
                readonly as_of?: components["parameters"]["as_of"];
                /** @description Totals in this currency too, by the rates of the day. Refused for a CSV, which has no totals. */
                readonly in?: components["parameters"]["in"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly "X-Report-Notes": components["headers"]["X-Report-Notes"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ParAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly rollReport: {
        readonly parameters: {
            readonly query: {
                /**
                 * @description The earlier of the two days.
                 * @example 2021-08-31
                 */
                readonly from: components["parameters"]["roll_from"];
                /**
                 * @description State of the book at the close of this day; today (UTC) by default.
                 * @example 2021-10-15
                 */
                readonly as_of?: components["parameters"]["as_of"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly "X-Report-Notes": components["headers"]["X-Report-Notes"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RollAnswer"];
                    readonly "text/csv": components["schemas"]["Csv"];
                    readonly "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Workbook"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly oldRates: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description One currency only, in upper or lower case.
                 * @example KES
                 */
                readonly currency?: components["parameters"]["old_currency"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OldRates"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly oldUpdateByGet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OldSuccess"];
                };
            };
            /** @description Still running after ten seconds. */
            readonly 202: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OldFailure"];
                };
            };
            /** @description XE refused, or the budget is spent. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OldFailure"];
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly oldUpdate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OldSuccess"];
                };
            };
            /** @description Still running after ten seconds. */
            readonly 202: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OldFailure"];
                };
            };
            /** @description XE refused, or the budget is spent. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OldFailure"];
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 421: components["responses"]["Misdirected"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly livez: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "ok";
                    };
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 429: components["responses"]["TooMany"];
        };
    };
    readonly readyz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Ready"];
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly metrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
            readonly 400: components["responses"]["Invalid"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 429: components["responses"]["TooMany"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly contract: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description OK. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": Record<string, never>;
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["Invalid"];
            readonly 429: components["responses"]["TooMany"];
        };
    };
}
