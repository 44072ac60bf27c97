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
    readonly "/v2/rates/{base}/{currency}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * One pair, also one that no provider quotes
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
         * Every fetched rate of a day
         * @description One row per fetch and currency; the rate of the day is the newest of them.
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
        /**
         * Observations of any day by when they were stored, newest first
         * @description One row per fetched rate, whatever its day. Use it to watch what arrives; the rates themselves are at `/v2/rates`.
         */
        readonly get: operations["latestObservations"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v2/quality": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * How well the sources of each day agree
         * @description The rate of each currency and day beside the best other source of that day, and by how much
         *     that one differs. The last 90 days without `from`.
         */
        readonly get: operations["quality"];
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
         * @description Uses the newest rate, or the rate of `date`, up to tomorrow in UTC; 404 if there is none.
         *     `stale` is true for a rate more than 7 days older than `date`. Decimal arithmetic; into
         *     USD the published rate divides, since its inverse is rounded. Rounded half away from zero
         *     to the minor units of the currency (ISO 4217: UGX and XOF have none).
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
        /**
         * The currencies, and the days stored of each
         * @description The configured currencies with name, minor units, and the first and last day that has a rate.
         */
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
         * State of the pipeline
         * @description Freshness of each currency, slots, quota, circuit breaker, consumer lag and dead letters.
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
        /**
         * Runs, newest first
         * @description Every slot and every manual run with its state, cost and reason, newest first.
         */
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
        /**
         * One run
         * @description State, cost and result of one run. Poll it after a request for a run.
         */
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
        /**
         * The provider's response to a run, byte for byte
         * @description The body as it came from the provider, for disputes about a rate. 404 if the run got no response.
         */
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
        /**
         * A dead letter with its bytes
         * @description Key, value and headers as they came, in Base64, with the reason and the next step.
         */
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
         * Redrives a dead letter
         * @description The consumer processes its bytes again. A second redrive changes nothing.
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
         * Closes a dead letter that will never become a rate
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
        /**
         * What is loaded, and a day to start with
         * @description The sources, counts and notes of the loaded book, and the days that its data covers.
         */
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
        /**
         * One loan as of the close of a day
         * @description The fields of the loan report for one loan. 404 if the book has no loan with this id.
         */
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
        /**
         * One loan day by day
         * @description Arrears and days past due at the close of each day from the release to `as_of`.
         */
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
        /**
         * The whole book in one response
         * @description Every loan of the book as of the close of a day, with totals per currency.
         */
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
        /**
         * Instalments not covered when they fell due
         * @description One row per instalment that was not covered on its due date, also if it was cleared later.
         */
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
        /**
         * Portfolio at risk, and the buckets of days past due
         * @description Outstanding balance, arrears and principal by bucket, per branch and currency.
         */
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
        /**
         * How loans moved between the buckets
         * @description How many loans, and which balance, went from each bucket to each other one between two days.
         */
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
        /**
         * Every currency and day, oldest first
         * @description The response of the old system, with rates as JSON numbers. New clients use `/v2/rates`.
         */
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
        /**
         * Fetches now; responds when the rates are readable
         * @description As the old system had it: a GET that starts a run. New clients use `POST /v2/runs`.
         */
        readonly get: operations["oldUpdateByGet"];
        readonly put?: never;
        /**
         * Fetches now; responds when the rates are readable
         * @description The same as the GET, for clients that keep GET free of effects.
         */
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
        /**
         * Liveness
         * @description 200 while the process answers. It checks no dependency: use it to restart, not to route.
         */
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
        /**
         * Readiness, with the reason of what is degraded
         * @description 503 only while Postgres is unavailable; trouble elsewhere is `degraded` with its reason.
         */
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
        /**
         * Metrics for Prometheus
         * @description The text format of Prometheus. Needs the bearer token if one is set, unless METRICS=public.
         */
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
        /**
         * This contract as JSON
         * @description For generators of clients, and for /docs.
         */
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
         * Format: date
         * @description A day in UTC.
         * @example 2026-11-01
         */
        readonly RequestedDay: string;
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
         * Format: date
         * @description A day in UTC, or null.
         * @example 2026-11-01
         */
        readonly DayOrNull: string | null;
        /**
         * Format: date-time
         * @description An instant in UTC, ISO 8601, or null.
         * @example 2026-11-24T01:00:02.345Z
         */
        readonly InstantOrNull: string | null;
        /**
         * @description An exact decimal as text, or null.
         * @example 129.2512345678
         */
        readonly DecimalOrNull: string | null;
        /**
         * @description Where a rate comes from, or null.
         * @example xe
         */
        readonly SourceOrNull: string | null;
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
         * @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10
         */
        readonly RunId: string;
        /**
         * @description Where a rate comes from: a name of `sources` in the status, which says whether its rates are simulated. Expect names that you do not know.
         * @example xe
         */
        readonly Source: string;
        readonly SourceInfo: {
            /**
             * @description As `source` of a rate.
             * @example xe
             */
            readonly name: components["schemas"]["Source"];
            /**
             * @description How people name it.
             * @example XE
             */
            readonly title: string;
            /**
             * @description The lowest rank wins a day
             * @example 10
             */
            readonly rank: number;
            /**
             * @description Whether its rates are made up
             * @example false
             */
            readonly simulated: boolean;
        };
        /**
         * @description An average, rounded once to 18 decimals; to 10 in a workbook.
         * @example 129.251234567812345678
         */
        readonly Average: string;
        /**
         * @description How far one rate is from another, as a fraction of that.
         * @example 0.00201316
         */
        readonly DifferenceOrNull: string | null;
        /** @description Another source of the day is further off than CROSS_CHECK_TOLERANCE allows; the quality report names it. */
        readonly Diverges: boolean;
        readonly Csv: string;
        /** Format: binary */
        readonly Workbook: string;
        readonly Problem: {
            /**
             * @description URL of a page about this kind of error.
             * @example /docs/errors/invalid-parameter
             */
            readonly type: string;
            /**
             * @description Kind of error, in words.
             * @example Invalid parameter
             */
            readonly title: string;
            /**
             * @description HTTP status.
             * @example 400
             */
            readonly status: number;
            /**
             * @description What is wrong with this request, and what to send.
             * @example from: use YYYY-MM-DD, for example 2026-11-01
             */
            readonly detail: string;
            /**
             * @description Identifies the request in the log.
             * @example 7af0fa13-d363-4d86-909e-0b1aa68f3821
             */
            readonly request_id: string;
            /** @description Each fault of the request. */
            readonly errors?: readonly {
                /**
                 * @description What is wrong, with an example.
                 * @example from: use YYYY-MM-DD, for example 2026-11-01
                 */
                readonly detail: string;
                /**
                 * @description Where: #/query/limit, #/path/date, #/header/prefer, #/body/name.
                 * @example #/query/from
                 */
                readonly pointer: string;
            }[];
            /**
             * @description Known values, where an unknown one was sent.
             * @example [
             *       "KES",
             *       "NGN"
             *     ]
             */
            readonly allowed?: readonly string[];
            /** @description With `no-rate`, the last day before that has a rate; null where none has. */
            readonly last_date?: components["schemas"]["DayOrNull"];
        };
        /** @description Units of `quote` for 1 `base`. `rate` and all that belongs to it are null where there is no rate of `rate_date`. */
        readonly Rate: {
            /**
             * @description Currency of which 1 unit is priced.
             * @example USD
             */
            readonly base: components["schemas"]["Code"];
            /**
             * @description Currency in which it is priced.
             * @example KES
             */
            readonly quote: components["schemas"]["Code"];
            /** @description Units of `quote` for 1 `base`; null without a rate of the day. */
            readonly rate: components["schemas"]["DecimalOrNull"];
            /**
             * @description Units of `base` for 1 `quote`, to 18 decimals.
             * @example 0.007736867398514201
             */
            readonly inverse: components["schemas"]["DecimalOrNull"];
            /** @description UTC day of the rate. */
            readonly rate_date: components["schemas"]["Day"];
            /** @description The provider's timestamp. */
            readonly observed_at: components["schemas"]["InstantOrNull"];
            /** @description When the rate was fetched. */
            readonly fetched_at: components["schemas"]["InstantOrNull"];
            /** @description Where it comes from; see `sources` in the status. */
            readonly source: components["schemas"]["SourceOrNull"];
            /**
             * @description More than 20 % off the last known rate of the seven days before.
             * @example false
             */
            readonly suspect: boolean;
            /**
             * @description The newest rate of its currency is older than the last slot that fell due at least an hour ago. Daily packages have one day of grace.
             * @example false
             */
            readonly stale: boolean;
            /**
             * @description Computed, not as published: a cross rate, an inverse, or 1.
             * @example false
             */
            readonly derived: boolean;
            /**
             * @description Whether another source of the day is far off.
             * @example false
             */
            readonly diverges: components["schemas"]["Diverges"];
        };
        readonly RatesMeta: {
            /**
             * @description Currency of which 1 unit is priced.
             * @example USD
             */
            readonly base: components["schemas"]["Code"];
            /**
             * @description Whether any row is from the simulator.
             * @example false
             */
            readonly simulated: boolean;
            /** @description When the next slot is due. */
            readonly next_slot?: components["schemas"]["InstantOrNull"];
            /** @description The requested day. */
            readonly date?: components["schemas"]["Day"];
            /** @description First requested day. */
            readonly from?: components["schemas"]["Day"];
            /** @description Last requested day. */
            readonly to?: components["schemas"]["Day"];
            /**
             * @description Currencies without a rate.
             * @example [
             *       "EGP"
             *     ]
             */
            readonly missing_quotes?: readonly components["schemas"]["Code"][];
            /**
             * @description Days of the range without a rate of some currency.
             * @example [
             *       "2026-11-22"
             *     ]
             */
            readonly missing_dates?: readonly components["schemas"]["Day"][];
            /**
             * @description Send it as `cursor` for the next page; null on the last.
             * @example null
             */
            readonly next_cursor?: string | null;
        };
        readonly RatesAnswer: {
            /** @description One row per currency and day. */
            readonly data: readonly components["schemas"]["Rate"][];
            /** @description What was requested, and what is missing. */
            readonly meta: components["schemas"]["RatesMeta"];
        };
        readonly RateAnswer: {
            /** @description The rate. */
            readonly data: components["schemas"]["Rate"];
            /** @description What was requested. */
            readonly meta: components["schemas"]["RatesMeta"];
        };
        readonly Bucket: {
            /**
             * @description Currency of which 1 unit is priced.
             * @example USD
             */
            readonly base: components["schemas"]["Code"];
            /**
             * @description Currency in which it is priced.
             * @example KES
             */
            readonly quote: components["schemas"]["Code"];
            /**
             * @description First day of the bucket.
             * @example 2026-11-01
             */
            readonly from: components["schemas"]["Day"];
            /**
             * @description Last day of the bucket.
             * @example 2026-11-30
             */
            readonly to: components["schemas"]["Day"];
            /** @description The low of the bucket. */
            readonly min: components["schemas"]["Decimal"];
            /** @description The high of the bucket. */
            readonly max: components["schemas"]["Decimal"];
            /** @description The average of its rates. */
            readonly avg: components["schemas"]["Average"];
            /** @description The closing rate. */
            readonly last: components["schemas"]["Decimal"];
            /**
             * @description Day of the closing rate.
             * @example 2026-11-30
             */
            readonly last_date: components["schemas"]["Day"];
            /**
             * @description Days with a rate.
             * @example 30
             */
            readonly count: number;
            /**
             * @description Days of the whole bucket.
             * @example 30
             */
            readonly days: number;
            /**
             * @description Whether days are missing, or its last day is not over.
             * @example false
             */
            readonly partial: boolean;
            /**
             * @description Whether any rate of the bucket is suspect.
             * @example false
             */
            readonly suspect: boolean;
            /** @description `simulator` if any rate of the bucket is simulated. */
            readonly source: components["schemas"]["Source"];
            /**
             * @description Whether another source of the day is far off.
             * @example false
             */
            readonly diverges: components["schemas"]["Diverges"];
            /**
             * @description Day of the first rate in it; `from` and `to` are those of the calendar.
             * @example 2026-11-01
             */
            readonly first_date: components["schemas"]["Day"];
        };
        readonly BucketsAnswer: {
            /** @description One row per currency and bucket. */
            readonly data: readonly components["schemas"]["Bucket"][];
            /** @description What was requested, and what is missing. */
            readonly meta: components["schemas"]["RatesMeta"];
        };
        readonly Observation: {
            /**
             * Format: uuid
             * @description UUIDv5 of run, pair and time: the idempotency key of the event.
             * @example 9d2c4a2e-8c55-5f0e-9d0b-0a4f3c1f6b11
             */
            readonly event_id: string;
            /**
             * @description The run that fetched it.
             * @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10
             */
            readonly run_id: string;
            /** @description Where it comes from; see `sources` in the status. */
            readonly source: components["schemas"]["Source"];
            /**
             * @description Currency of which 1 unit is priced.
             * @example USD
             */
            readonly base: components["schemas"]["Code"];
            /**
             * @description Currency in which it is priced.
             * @example KES
             */
            readonly quote: components["schemas"]["Code"];
            /** @description Units of `quote` for 1 `base`. */
            readonly rate: components["schemas"]["Decimal"];
            /**
             * @description Units of `base` for 1 `quote`, to 18 decimals.
             * @example 0.007736867398514201
             */
            readonly inverse: components["schemas"]["Decimal"];
            /** @description UTC day of the provider's timestamp. */
            readonly rate_date: components["schemas"]["Day"];
            /** @description The provider's timestamp. */
            readonly observed_at: components["schemas"]["Instant"];
            /** @description When it was fetched. */
            readonly fetched_at: components["schemas"]["Instant"];
            /** @description When it was stored. */
            readonly stored_at: components["schemas"]["Instant"];
            /**
             * @description How far it is from the rate of its day, relative to that; null for the source of that rate. Not in the event stream.
             * @example 0.00125813
             */
            readonly difference?: components["schemas"]["DifferenceOrNull"];
            /**
             * @description The difference is beyond the tolerance, or another source contradicts it so. Not in the event stream.
             * @example false
             */
            readonly diverges?: components["schemas"]["Diverges"];
        };
        readonly Quality: {
            /** @description The day. */
            readonly rate_date: components["schemas"]["Day"];
            /**
             * @description Currency whose units the rates count.
             * @example KES
             */
            readonly quote: components["schemas"]["Code"];
            /**
             * @description The rate that is served for the day.
             * @example 129.1500000000
             */
            readonly rate: components["schemas"]["Decimal"];
            /**
             * @description Where the rate comes from.
             * @example xe
             */
            readonly source: components["schemas"]["Source"];
            /** @description The provider's time of the rate. */
            readonly observed_at: components["schemas"]["Instant"];
            /**
             * @description The best other source of the day; null where there is none.
             * @example openexchangerates
             */
            readonly second_source: components["schemas"]["SourceOrNull"];
            /**
             * @description Its rate.
             * @example 129.41
             */
            readonly second_rate: components["schemas"]["DecimalOrNull"];
            /** @description Its time of the rate. */
            readonly second_observed_at: components["schemas"]["InstantOrNull"];
            /**
             * @description How far the second rate is off, as a fraction of the rate.
             * @example 0.00201316
             */
            readonly difference: components["schemas"]["DifferenceOrNull"];
            /**
             * @description More than 20 % off the last known rate of the seven days before.
             * @example false
             */
            readonly suspect: boolean;
            /**
             * @description Whether the difference is beyond CROSS_CHECK_TOLERANCE.
             * @example false
             */
            readonly diverges: components["schemas"]["Diverges"];
        };
        readonly QualityAnswer: {
            /** @description One row per day and currency. */
            readonly data: readonly components["schemas"]["Quality"][];
            /** @description How to get the next page. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Meta: {
            /**
             * @description Send it as `cursor` for the next page; null on the last.
             * @example null
             */
            readonly next_cursor?: string | null;
        };
        readonly ObservationsAnswer: {
            /** @description One row per fetched rate. */
            readonly data: readonly components["schemas"]["Observation"][];
            /** @description How to get the next page. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Conversion: {
            /**
             * @description Currency of `amount`.
             * @example KES
             */
            readonly from: components["schemas"]["Code"];
            /**
             * @description Currency of `result`.
             * @example USD
             */
            readonly to: components["schemas"]["Code"];
            /**
             * @description The amount as sent.
             * @example 1250.50
             */
            readonly amount: components["schemas"]["Decimal"];
            /**
             * @description Converted and rounded to the minor units of `to`.
             * @example 9.67
             */
            readonly result: components["schemas"]["Decimal"];
            /**
             * @description Units of `to` for 1 `from`.
             * @example 0.007736867398514201
             */
            readonly rate: components["schemas"]["Decimal"];
            /** @description UTC day of the rate. */
            readonly rate_date: components["schemas"]["Day"];
            /** @description Where it comes from; see `sources` in the status. */
            readonly source: components["schemas"]["Source"];
            /**
             * @description Whether the rate is suspect.
             * @example false
             */
            readonly suspect: boolean;
            /**
             * @description Whether another source of the day is far off.
             * @example false
             */
            readonly diverges: components["schemas"]["Diverges"];
            /**
             * @description Whether the rate is stale.
             * @example false
             */
            readonly stale: boolean;
            /**
             * @description Whether the rate is a cross rate, an inverse, or 1.
             * @example true
             */
            readonly derived: boolean;
        };
        readonly ConversionAnswer: {
            /** @description The conversion. */
            readonly data: components["schemas"]["Conversion"];
            /** @description Empty. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Currency: {
            /** @description ISO 4217 code. */
            readonly code: components["schemas"]["Code"];
            /**
             * @description English name.
             * @example Kenyan Shilling
             */
            readonly name: string;
            /**
             * @description ISO 4217 number, three digits.
             * @example 404
             */
            readonly number: string;
            /**
             * @description Decimals of an amount.
             * @example 2
             */
            readonly minor_units: number;
            /**
             * @description First day with a rate; null without any.
             * @example 2026-01-01
             */
            readonly first_date: components["schemas"]["DayOrNull"];
            /** @description Last day with a rate; null without any. */
            readonly last_date: components["schemas"]["DayOrNull"];
            /**
             * @description Days with a rate.
             * @example 320
             */
            readonly days: number;
        };
        readonly CurrenciesAnswer: {
            /** @description One row per configured currency. */
            readonly data: readonly components["schemas"]["Currency"][];
            /** @description Empty. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Freshness: {
            /** @description The currency. */
            readonly quote: components["schemas"]["Code"];
            /** @description UTC day of its newest rate; null without any. */
            readonly rate_date: components["schemas"]["DayOrNull"];
            /** @description The provider's timestamp of it. */
            readonly observed_at: components["schemas"]["InstantOrNull"];
            /** @description When it was fetched. */
            readonly fetched_at: components["schemas"]["InstantOrNull"];
            /** @description Where its newest rate comes from. */
            readonly source: components["schemas"]["SourceOrNull"];
            /**
             * @description Whether another source of the day is far off.
             * @example false
             */
            readonly diverges: components["schemas"]["Diverges"];
            /**
             * @description Seconds since the provider's timestamp.
             * @example 3605
             */
            readonly age_seconds: number | null;
            /**
             * @description Whether it is older than the last due slot calls for.
             * @example false
             */
            readonly stale: boolean;
        };
        readonly Slot: {
            /** @description Id of the run of this slot. */
            readonly run_id: components["schemas"]["RunId"];
            /**
             * @description When the slot was due.
             * @example 2026-11-24T01:00:00Z
             */
            readonly slot: components["schemas"]["Instant"];
            /** @description The last slot of the row, where many were skipped at once. */
            readonly to: components["schemas"]["InstantOrNull"];
            /**
             * @description Number of slots in this row.
             * @example 1
             */
            readonly count: number;
            /**
             * @description Progress of the run.
             * @enum {unknown}
             */
            readonly state: "due" | "claimed" | "fetched" | "published" | "confirmed" | "retrying" | "failed" | "skipped";
            /**
             * @description Currencies that the provider left out.
             * @example []
             */
            readonly missing: readonly components["schemas"]["Code"][];
            /**
             * @description Why it failed, was skipped or waits, as a sentence.
             * @example null
             */
            readonly reason: string | null;
            /** @description Why it failed, was skipped or waits, as a code. */
            readonly failure_code: components["schemas"]["FailureCode"];
            /** @description The values that belong to `failure_code`. */
            readonly failure_detail: components["schemas"]["FailureDetail"];
            /** @description What a confirmed run brought. */
            readonly outcome: components["schemas"]["Outcome"] | null;
        };
        /**
         * @description Why a run failed, was skipped or is retried, as a code; `reason` is the sentence.
         * @example provider_refused
         */
        readonly FailureCode: string | null;
        /**
         * @description The numbers and names that belong to `failure_code`, such as the HTTP status.
         * @example {
         *       "status": 503
         *     }
         */
        readonly FailureDetail: {
            readonly [key: string]: unknown;
        } | null;
        /**
         * @description By days past due.
         * @enum {string}
         */
        readonly DueBucket: "current" | "1-30" | "31-60" | "61-90" | "90+";
        /**
         * @description What a confirmed run brought; `no_newer_rate` means that its rates are hidden or not newer than what was stored.
         * @enum {string}
         */
        readonly Outcome: "ok" | "partial" | "no_newer_rate";
        readonly HealthProblem: {
            /**
             * @description For programs.
             * @example rates_stale
             */
            readonly code: string;
            /**
             * @description How bad it is.
             * @enum {unknown}
             */
            readonly severity: "down" | "degraded";
            /**
             * @description What it is about.
             * @enum {unknown}
             */
            readonly component: "producer" | "consumer" | "rates" | "provider";
            /**
             * @description What is wrong.
             * @example not running: no heartbeat from a consumer for 20 s
             */
            readonly detail: string;
            /**
             * @description What to do.
             * @example start it: npm run consumer (npm start runs all services)
             */
            readonly fix: string;
            /** @description When it is retried by itself. */
            readonly retry_at: components["schemas"]["InstantOrNull"];
        };
        readonly OpenRun: {
            /** @description Id of the run. */
            readonly run_id: components["schemas"]["RunId"];
            /**
             * @description What caused the run.
             * @enum {unknown}
             */
            readonly trigger: "schedule" | "catch-up" | "manual" | "backfill" | "fallback" | "cross-check";
            /**
             * @description When its slot was due; null without one.
             * @example 2026-11-24T01:00:00Z
             */
            readonly slot: components["schemas"]["InstantOrNull"];
            /**
             * @description First day of a page of a backfill, else null.
             * @example null
             */
            readonly first_day: components["schemas"]["DayOrNull"];
            /**
             * @description Last day of that page, else null.
             * @example null
             */
            readonly last_day: components["schemas"]["DayOrNull"];
            /**
             * @description Progress of the run.
             * @enum {unknown}
             */
            readonly state: "due" | "claimed" | "fetched" | "published" | "confirmed" | "retrying" | "failed" | "skipped";
            /**
             * @description Fetches so far.
             * @example 1
             */
            readonly attempts: number;
            /** @description When it is attempted again. */
            readonly next_attempt_at: components["schemas"]["Instant"];
            /**
             * @description Why the last attempt failed.
             * @example null
             */
            readonly error: string | null;
            /** @description Why it waits, as a code. */
            readonly failure_code: components["schemas"]["FailureCode"];
            /** @description The values that belong to `failure_code`. */
            readonly failure_detail: components["schemas"]["FailureDetail"];
        };
        /** @description What the provider last said of the account, in what it bills: rates or calls. */
        readonly Quota: {
            /**
             * @description The provider's name of the package.
             * @example ENTERPRISE
             */
            readonly package: string | null;
            /**
             * @description When the package ends.
             * @example 2027-06-30T00:00:00Z
             */
            readonly service_ends_at: components["schemas"]["InstantOrNull"];
            /**
             * @description Rates of the package.
             * @example 10000
             */
            readonly quota_limit: string | null;
            /**
             * @description Rates left.
             * @example 9300
             */
            readonly quota_remaining: string | null;
            /**
             * @description When the quota starts again.
             * @example 2026-12-01T00:00:00Z
             */
            readonly quota_resets_at: components["schemas"]["InstantOrNull"];
            /**
             * @description What is allowed in a shorter window.
             * @example 100
             */
            readonly window_limit: string | null;
            /**
             * @description Rates left in that window.
             * @example 93
             */
            readonly window_remaining: string | null;
            /** @description When that window starts again. */
            readonly window_resets_at: components["schemas"]["InstantOrNull"];
            /** @description When the provider last reported these figures. */
            readonly seen_at: components["schemas"]["Instant"];
        };
        /** @description Open: the provider refused and is not called until it closes. */
        readonly Breaker: {
            /**
             * @description HTTP status of the refusal.
             * @example 401
             */
            readonly status: number;
            /**
             * @description Why it is open.
             * @example XE: expected status 200, got 401
             */
            readonly reason: string;
            /** @description When it opened. */
            readonly opened_at: components["schemas"]["Instant"];
            /** @description When the provider is called again. */
            readonly open_until: components["schemas"]["Instant"];
        };
        readonly ProviderStatus: {
            /** @description The source of its runs. */
            readonly source: components["schemas"]["Source"];
            /**
             * @description How people name it.
             * @example Open Exchange Rates
             */
            readonly title: string;
            /**
             * @description What costs: each rate, or each call.
             * @example calls
             * @enum {unknown}
             */
            readonly bills: "rates" | "calls";
            /**
             * @description Billed or reserved in this UTC day.
             * @example 1
             */
            readonly spent_today: number;
            /**
             * @description What it may cost in a UTC day.
             * @example 20
             */
            readonly daily_budget: number;
            /** @description What it last reported; null before that. */
            readonly quota: components["schemas"]["Quota"] | null;
            /** @description Its open circuit breaker; null when it is closed. */
            readonly breaker: components["schemas"]["Breaker"] | null;
        };
        readonly Service: {
            /**
             * @description producer, consumer or api.
             * @example producer
             */
            readonly service: string;
            /**
             * @description Host, process and a random id.
             * @example host-1/4711/9f86d081
             */
            readonly instance: string;
            /**
             * @description Seconds since its last heartbeat.
             * @example 2
             */
            readonly seen_seconds_ago: number;
            /**
             * @description Whether the heartbeat is at most 20 s old.
             * @example true
             */
            readonly fresh: boolean;
            /**
             * @description Why it is unhealthy; null when healthy.
             * @example null
             */
            readonly trouble: string | null;
        };
        /** @description With API_TOKEN set, a request without the token sees freshness and slots only (`details: false`); everything else is null or empty. */
        readonly Status: {
            /** @description Where new rates come from. */
            readonly source: components["schemas"]["Source"];
            /** @description Where rates come from, the best first. */
            readonly sources: readonly components["schemas"]["SourceInfo"][];
            /**
             * @description Whether rates of a second source are stored, for `/v2/quality` to compare.
             * @example false
             */
            readonly compared: boolean;
            /** @description Budget, quota and circuit breaker of each of PROVIDERS, in its order. */
            readonly providers: readonly components["schemas"]["ProviderStatus"][];
            /** @description The newest rates that come from another provider than the first, and the first slot that this one did not serve. */
            readonly fallback: {
                /**
                 * @description The provider in use.
                 * @example openexchangerates
                 */
                readonly source: components["schemas"]["Source"];
                /** @description The day of its rates. */
                readonly rate_date: components["schemas"]["Day"];
                /** @description The currencies that have its rates. */
                readonly currencies: readonly components["schemas"]["Code"][];
                /** @description The first slot that the first provider did not serve. */
                readonly since: components["schemas"]["InstantOrNull"];
            } | null;
            /** @description Time of the database. */
            readonly now: components["schemas"]["Instant"];
            /**
             * @description Whether the request may see the details below.
             * @example true
             */
            readonly details: boolean;
            /**
             * @description What is wrong, as sentences; empty when healthy.
             * @example []
             */
            readonly trouble: readonly string[];
            /** @description What is wrong, with codes and what to do. */
            readonly problems: readonly components["schemas"]["HealthProblem"][];
            /** @description Freshness of each currency. */
            readonly currencies: readonly components["schemas"]["Freshness"][];
            /** @description The newest day that has rates, and of how many currencies. */
            readonly newest: {
                /** @description The day. */
                readonly rate_date: components["schemas"]["Day"];
                /**
                 * @description Currencies with a rate of that day.
                 * @example 7
                 */
                readonly currencies: number;
                /** @description When the last of them was fetched. */
                readonly fetched_at: components["schemas"]["Instant"];
            } | null;
            /** @description The newest slot that was due. */
            readonly last_slot: components["schemas"]["Slot"] | null;
            /**
             * @description When the next slot is due.
             * @example 2026-11-24T23:00:00Z
             */
            readonly next_slot: components["schemas"]["Instant"];
            /** @description Slots of the last seven days that failed, were skipped or are late, newest first, 20 at most. */
            readonly troubled_slots: readonly components["schemas"]["Slot"][];
            /** @description Not ended yet, oldest first, 20 at most. */
            readonly open_runs: readonly components["schemas"]["OpenRun"][];
            /**
             * @description Number of runs that have not ended.
             * @example 0
             */
            readonly open_count: number | null;
            /**
             * @description Rates billed or reserved in this UTC day.
             * @example 14
             */
            readonly spent_today: number | null;
            /**
             * @description What the first provider may cost in a UTC day, in what it bills.
             * @example 100
             */
            readonly daily_budget: number | null;
            /** @description What the first provider last reported; null before that. */
            readonly quota: components["schemas"]["Quota"] | null;
            /** @description The open circuit breaker; null when it is closed. */
            readonly breaker: components["schemas"]["Breaker"] | null;
            /** @description Progress of the newest backfill; null without one. */
            readonly backfill: {
                /**
                 * @description Pages.
                 * @example 8
                 */
                readonly runs: number;
                /**
                 * @description Pages whose rates are readable.
                 * @example 8
                 */
                readonly confirmed: number;
                /**
                 * @description Pages that failed.
                 * @example 0
                 */
                readonly failed: number;
                /**
                 * @description Rates billed for it.
                 * @example 2800
                 */
                readonly cost: number;
            } | null;
            /**
             * @description Events not stored yet; null while no consumer reports it.
             * @example 0
             */
            readonly consumer_lag: string | null;
            /**
             * @description URL of Redpanda Console, if configured.
             * @example http://127.0.0.1:8080
             */
            readonly console_url: string | null;
            /**
             * @description Number of open dead letters.
             * @example 0
             */
            readonly dead_letters: number | null;
            /** @description The last heartbeat of each instance. */
            readonly services: readonly components["schemas"]["Service"][];
        };
        readonly StatusAnswer: {
            /** @description State of the pipeline. */
            readonly data: components["schemas"]["Status"];
            /** @description Empty. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly Run: {
            /** @description Id of the run. */
            readonly run_id: components["schemas"]["RunId"];
            /** @description Where the run fetches. */
            readonly source: components["schemas"]["Source"];
            /** @description Where its rates came from; null before a response. */
            readonly answered_by: components["schemas"]["SourceOrNull"];
            /**
             * @description What caused the run.
             * @enum {unknown}
             */
            readonly trigger: "schedule" | "catch-up" | "manual" | "backfill" | "fallback" | "cross-check";
            /**
             * @description When its slot was due; null without one.
             * @example 2026-11-24T01:00:00Z
             */
            readonly slot: components["schemas"]["InstantOrNull"];
            /**
             * @description First day of a page of a backfill, else null.
             * @example null
             */
            readonly first_day: components["schemas"]["DayOrNull"];
            /**
             * @description Last day of that page, else null.
             * @example null
             */
            readonly last_day: components["schemas"]["DayOrNull"];
            /**
             * @description Progress of the run.
             * @enum {unknown}
             */
            readonly state: "due" | "claimed" | "fetched" | "published" | "confirmed" | "retrying" | "failed" | "skipped";
            /**
             * @description Whether the provider left out the currencies in `missing`.
             * @example false
             */
            readonly partial: boolean;
            /**
             * @description Currencies that the provider left out.
             * @example []
             */
            readonly missing: readonly components["schemas"]["Code"][];
            /**
             * @description Requested currencies.
             * @example [
             *       "KES",
             *       "NGN"
             *     ]
             */
            readonly currencies: readonly components["schemas"]["Code"][];
            /**
             * @description Why it failed, was skipped or waits, as a sentence.
             * @example null
             */
            readonly reason: string | null;
            /** @description Why it failed, was skipped or waits, as a code. */
            readonly failure_code: components["schemas"]["FailureCode"];
            /** @description The values that belong to `failure_code`. */
            readonly failure_detail: components["schemas"]["FailureDetail"];
            /** @description What a confirmed run brought. */
            readonly outcome: components["schemas"]["Outcome"] | null;
            /**
             * @description The dead letter that failed the run.
             * @example null
             */
            readonly dead_letter_id: string | null;
            /**
             * @description Fetches so far.
             * @example 1
             */
            readonly attempts: number;
            /**
             * @description Publishes so far.
             * @example 1
             */
            readonly publishes: number;
            /**
             * @description Rates billed or reserved; null without the token where one is set.
             * @example 7
             */
            readonly cost: number | null;
            /**
             * @description The provider's package at the time.
             * @example ENTERPRISE
             */
            readonly package: string | null;
            /** @description When the run was filed. */
            readonly asked_at: components["schemas"]["Instant"];
            /**
             * @description When it is attempted again; null once it has ended.
             * @example null
             */
            readonly next_attempt_at: components["schemas"]["InstantOrNull"];
            /** @description When a producer last claimed it. */
            readonly claimed_at: components["schemas"]["InstantOrNull"];
            /** @description When the response was stored. */
            readonly fetched_at: components["schemas"]["InstantOrNull"];
            /** @description When its events were acknowledged. */
            readonly published_at: components["schemas"]["InstantOrNull"];
            /** @description When it was confirmed, failed or skipped. */
            readonly ended_at: components["schemas"]["InstantOrNull"];
            /**
             * @description Last slot of a row that covers many, else null.
             * @example null
             */
            readonly skipped_to: components["schemas"]["InstantOrNull"];
            /**
             * @description Number of slots of such a row, else null.
             * @example null
             */
            readonly skipped_count: number | null;
        };
        readonly RunsAnswer: {
            /** @description Runs, newest first. */
            readonly data: readonly components["schemas"]["Run"][];
            /** @description How to get the next page. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly RunAnswer: {
            /** @description The run. */
            readonly data: components["schemas"]["Run"];
            /** @description Empty. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly DeadLetter: {
            /**
             * @description Id of the dead letter.
             * @example 12
             */
            readonly id: string;
            /**
             * @description Topic of the record.
             * @example fx.rates.v1
             */
            readonly topic: string;
            /**
             * @description Partition of the record.
             * @example 0
             */
            readonly partition: number;
            /**
             * @description Offset of the record.
             * @example 402
             */
            readonly record_offset: string;
            /** @description When the record was created; null if its producer wrote no usable time. */
            readonly record_timestamp: components["schemas"]["InstantOrNull"];
            /**
             * @description The reason in words, as in the metrics.
             * @example wrong magic byte
             */
            readonly reason: string;
            /**
             * @description The reason for programs, such as wrong_magic_byte or observed_ahead.
             * @example wrong_magic_byte
             */
            readonly reason_code: string;
            /**
             * @description The reason as a sentence.
             * @example The record is not in Confluent framing: not an event.
             */
            readonly cause: string;
            /**
             * @description What to do about it.
             * @example Fix the producer, have it publish the event again, then close this one.
             */
            readonly next_step: string;
            /**
             * @description What was found in the record; empty without the token where one is set.
             * @example wrong magic byte: expected 0x00 first, got 0x6e
             */
            readonly detail: string;
            /**
             * @description Whether it still needs attention.
             * @enum {unknown}
             */
            readonly state: "open" | "redriven" | "closed";
            /** @description When it became a dead letter. */
            readonly set_aside_at: components["schemas"]["Instant"];
            /**
             * @description When a redrive was requested; null once a consumer has tried.
             * @example null
             */
            readonly redrive_asked_at: components["schemas"]["InstantOrNull"];
            /**
             * @description Why the last redrive failed, as a sentence; null without the token.
             * @example null
             */
            readonly redrive_error: string | null;
            /**
             * @description Why the last redrive failed, as a code.
             * @example null
             */
            readonly redrive_error_code: string | null;
            /**
             * @description When it was closed.
             * @example null
             */
            readonly closed_at: components["schemas"]["InstantOrNull"];
            /**
             * @description When a redrive stored it.
             * @example null
             */
            readonly redriven_at: components["schemas"]["InstantOrNull"];
        };
        readonly DeadLetterWithBytes: {
            /**
             * @description Id of the dead letter.
             * @example 12
             */
            readonly id: string;
            /**
             * @description Topic of the record.
             * @example fx.rates.v1
             */
            readonly topic: string;
            /**
             * @description Partition of the record.
             * @example 0
             */
            readonly partition: number;
            /**
             * @description Offset of the record.
             * @example 402
             */
            readonly record_offset: string;
            /** @description When the record was created; null if its producer wrote no usable time. */
            readonly record_timestamp: components["schemas"]["InstantOrNull"];
            /**
             * @description The reason in words, as in the metrics.
             * @example wrong magic byte
             */
            readonly reason: string;
            /**
             * @description The reason for programs, such as wrong_magic_byte or observed_ahead.
             * @example wrong_magic_byte
             */
            readonly reason_code: string;
            /**
             * @description The reason as a sentence.
             * @example The record is not in Confluent framing: not an event.
             */
            readonly cause: string;
            /**
             * @description What to do about it.
             * @example Fix the producer, have it publish the event again, then close this one.
             */
            readonly next_step: string;
            /**
             * @description What was found in the record.
             * @example wrong magic byte: expected 0x00 first, got 0x6e
             */
            readonly detail: string;
            /**
             * @description Whether it still needs attention.
             * @enum {unknown}
             */
            readonly state: "open" | "redriven" | "closed";
            /** @description When it became a dead letter. */
            readonly set_aside_at: components["schemas"]["Instant"];
            /**
             * @description When a redrive was requested; null once a consumer has tried.
             * @example null
             */
            readonly redrive_asked_at: components["schemas"]["InstantOrNull"];
            /**
             * @description Why the last redrive failed, as a sentence.
             * @example null
             */
            readonly redrive_error: string | null;
            /**
             * @description Why the last redrive failed, as a code.
             * @example null
             */
            readonly redrive_error_code: string | null;
            /**
             * @description When it was closed.
             * @example null
             */
            readonly closed_at: components["schemas"]["InstantOrNull"];
            /**
             * @description When a redrive stored it.
             * @example null
             */
            readonly redriven_at: components["schemas"]["InstantOrNull"];
            /**
             * @description Key of the record, as text.
             * @example USD-KES
             */
            readonly key: string | null;
            /**
             * @description Headers of the record.
             * @example {
             *       "ce_type": "fx.rates.RateObserved.v1"
             *     }
             */
            readonly headers: Record<string, never>;
            /**
             * @description Value of the record, as base64.
             * @example bm8gZXZlbnQ=
             */
            readonly value_base64: string | null;
            /**
             * @description The same as text, as far as it is text.
             * @example no event
             */
            readonly value_text: string | null;
        };
        readonly DeadLettersAnswer: {
            /** @description Dead letters, newest first. */
            readonly data: readonly components["schemas"]["DeadLetter"][];
            /** @description How to get the next page. */
            readonly meta: components["schemas"]["Meta"];
        };
        readonly DeadLetterAnswer: {
            /** @description The dead letter with its bytes. */
            readonly data: components["schemas"]["DeadLetterWithBytes"];
            /** @description Empty. */
            readonly meta: components["schemas"]["Meta"];
        };
        /** @description `totals` are of the whole report, not of one page. */
        readonly ReportMeta: {
            /**
             * @description Day at whose close the report holds.
             * @example 2021-10-15
             */
            readonly as_of: components["schemas"]["Day"];
            /**
             * @description The earlier day of roll rates.
             * @example 2021-08-31
             */
            readonly from?: components["schemas"]["Day"];
            /**
             * @description The sample book, not a real portfolio.
             * @example true
             */
            readonly is_sample: boolean;
            /** @description An instalment short by no more counts as covered. */
            readonly tolerance: components["schemas"]["Decimal"];
            /** @description One per currency, and one in USD with `in`. A sum is null where a rate is missing. */
            readonly totals: readonly components["schemas"]["ReportTotal"][];
            /**
             * @description Limits of the book, the rates used, and why a total is missing.
             * @example [
             *       "SAMPLE book: the example data of this project, not a real portfolio."
             *     ]
             */
            readonly notes: readonly string[];
            /** @description The rates used for totals `in` USD. */
            readonly rates?: readonly components["schemas"]["UsedRate"][];
            /**
             * @description Loans that match, on all pages together.
             * @example 4
             */
            readonly count?: number;
            /**
             * @description Send it as `cursor` for the next page; null on the last.
             * @example null
             */
            readonly next_cursor?: string | null;
        };
        readonly ReportTotal: {
            /**
             * @description Name of the total.
             * @example total KES
             */
            readonly label: string;
            /**
             * @description Currency of the sums.
             * @example KES
             */
            readonly currency: string | null;
            /**
             * @description Sum of each column of amounts; null where a rate is missing.
             * @example {
             *       "amount_at_risk": "201580.6666"
             *     }
             */
            readonly sums: {
                readonly [key: string]: components["schemas"]["DecimalOrNull"];
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
             * @description Where the rate comes from.
             * @example xe
             */
            readonly source: components["schemas"]["Source"];
            /**
             * @description More than 20 % off the last rate before it.
             * @example false
             */
            readonly suspect: boolean;
            /**
             * @description Whether the rate is made up.
             * @example false
             */
            readonly simulated: boolean;
            /**
             * @description Whether another source of the day is far off.
             * @example false
             */
            readonly diverges: components["schemas"]["Diverges"];
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
            readonly loaded_at: components["schemas"]["InstantOrNull"];
            /**
             * @description How many loans are loaded.
             * @example 4
             */
            readonly loans: number;
            /**
             * @description The newest day up to today with a release, a due date or a payment.
             * @example 2024-04-16
             */
            readonly last_activity: components["schemas"]["DayOrNull"];
            /**
             * @description The newest such day on which loans are open at its close: a good day to begin with.
             * @example 2024-03-16
             */
            readonly opening_day: components["schemas"]["DayOrNull"];
            /**
             * @description Limits of the book that every report states.
             * @example []
             */
            readonly notes: readonly string[];
            /** @description The notes with their codes. */
            readonly limits: readonly components["schemas"]["BookLimit"][];
            /**
             * @description Those of the notes that a page shows as banners: rejected rows.
             * @example []
             */
            readonly warnings: readonly string[];
        };
        readonly BookLimit: {
            /**
             * @description What the note says, as in `loan_book.notes`.
             * @example tolerance
             */
            readonly code: string;
            /**
             * @description The note.
             * @example Tolerance 0: an instalment counts as covered only when it is paid in full.
             */
            readonly text: string;
        };
        readonly LoanBookAnswer: {
            /** @description The book. */
            readonly data: components["schemas"]["LoanBook"];
            /** @description Empty. */
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
            readonly Downpayment: components["schemas"]["DecimalOrNull"];
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
            readonly payment_frequency: components["schemas"]["DecimalOrNull"];
            /**
             * @description As the file has it.
             * @example 2024-04-30
             */
            readonly maturity_date: components["schemas"]["DayOrNull"];
            /**
             * @description Days since the oldest instalment not covered fell due. 0 on the due date, and before the release.
             * @example 0
             */
            readonly current_days_past_due: number;
            /**
             * @description The latest due date up to the day.
             * @example 2021-09-16
             */
            readonly last_due_date: components["schemas"]["DayOrNull"];
            /**
             * @description The latest payment up to the day that was not reversed.
             * @example 2021-09-16
             */
            readonly last_repayment_date: components["schemas"]["DayOrNull"];
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
             */
            readonly bucket: components["schemas"]["DueBucket"] | null;
            /**
             * @description All instalments less what was paid. Null without instalments, 0 before the release.
             * @example 39425917.9860
             */
            readonly outstanding_balance: components["schemas"]["DecimalOrNull"];
            /**
             * @description ISO 4217 code of the loan, else of its branch.
             * @example KES
             */
            readonly currency: string | null;
            /**
             * @description The straight-line share of principal in outstanding_balance: LoanAmount / sum of instalments.
             * @example 39425917.9722
             */
            readonly principal_outstanding: components["schemas"]["DecimalOrNull"];
        };
        /** @description With `columns`, these fields of a Loan. */
        readonly SomeOfALoan: {
            /**
             * @description Present if it was requested.
             * @example 1ab2c3d4e5
             */
            readonly loan_id?: string;
        } & {
            readonly [key: string]: string | number | null;
        };
        readonly LoansAnswer: {
            /** @description One row per loan. */
            readonly data: readonly (components["schemas"]["Loan"] | components["schemas"]["SomeOfALoan"])[];
            /** @description Day, totals and notes of the report. */
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly AllLoansAnswer: {
            /** @description One row per loan. */
            readonly data: readonly components["schemas"]["Loan"][];
            /** @description Day, totals and notes of the report. */
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly LoanAnswer: {
            /** @description The loan. */
            readonly data: components["schemas"]["Loan"];
            /** @description Day and notes of the report. */
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
            /** @description One row per day. */
            readonly data: readonly components["schemas"]["LoanDay"][];
            /** @description Day and notes of the report. */
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
            readonly date_cleared: components["schemas"]["DayOrNull"];
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
            /** @description One row per missed instalment. */
            readonly data: readonly components["schemas"]["MissedPayment"][];
            /** @description Day, totals and notes of the report. */
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
             * @description portfolio; PAR>0, PAR>30, PAR>60, PAR>90; the buckets current, 1-30, 31-60, 61-90, 90+; and outside of the portfolio settled, not_released, no_schedule.
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
            readonly outstanding_balance: components["schemas"]["DecimalOrNull"];
            /**
             * @description Of these loans.
             * @example 201580.6666
             */
            readonly amount_at_risk: components["schemas"]["DecimalOrNull"];
            /**
             * @description outstanding_balance over that of the whole portfolio.
             * @example 0.015107
             */
            readonly by_outstanding: components["schemas"]["DecimalOrNull"];
            /**
             * @description amount_at_risk over the outstanding_balance of the whole portfolio.
             * @example 0.005036
             */
            readonly by_arrears: components["schemas"]["DecimalOrNull"];
            /**
             * @description Of these loans.
             * @example 604742.0000
             */
            readonly principal_outstanding: components["schemas"]["DecimalOrNull"];
            /**
             * @description principal_outstanding over that of the whole portfolio: the usual PAR.
             * @example 0.015107
             */
            readonly by_principal: components["schemas"]["DecimalOrNull"];
        };
        readonly ParAnswer: {
            /** @description One row per scope and measure. */
            readonly data: readonly components["schemas"]["ParLine"][];
            /** @description Day and notes of the report. */
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
            readonly share_of_outstanding: components["schemas"]["DecimalOrNull"];
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
            /** @description One row per pair of buckets that loans moved between. */
            readonly data: readonly components["schemas"]["RollLine"][];
            /** @description Days and notes of the report. */
            readonly meta: components["schemas"]["ReportMeta"];
        };
        readonly Ready: {
            /**
             * @description `degraded` while a check has a reason; rates are still served.
             * @example ok
             * @enum {unknown}
             */
            readonly status: "ok" | "degraded";
            /**
             * @description What is wrong with each part; null when it is healthy.
             * @example {
             *       "postgres": null,
             *       "producer": null,
             *       "consumer": null,
             *       "rates": null
             *     }
             */
            readonly checks: {
                readonly [key: string]: string | null;
            };
        };
        readonly OldRates: readonly {
            /**
             * @description Days since 1970-01-01 × 1000 + the ISO 4217 number.
             * @example 20781404
             */
            readonly id: number;
            /** @description When the rate was fetched. */
            readonly timestamp: components["schemas"]["Instant"];
            /**
             * @description Always USD.
             * @example USD
             */
            readonly currency_from: components["schemas"]["Code"];
            /**
             * @description USD for 1 unit of the currency.
             * @example 0.007736867398514201
             */
            readonly USD_to_currency_rate: number;
            /**
             * @description Units of the currency for 1 USD.
             * @example 129.2512345678
             */
            readonly currency_to_USD_rate: number;
            /** @description The currency. */
            readonly currency_to: components["schemas"]["Code"];
        }[];
        readonly OldSuccess: {
            /**
             * @description The new rates are readable.
             * @constant
             */
            readonly success: true;
        };
        readonly OldFailure: {
            /**
             * @description No new rates.
             * @constant
             */
            readonly success: false;
            /**
             * @description Why.
             * @example XE: expected status 200, got 503
             */
            readonly detail: string;
        };
    };
    responses: {
        /** @description Not modified. */
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
        /** @description The database is unavailable, or did not respond in time: retry after `Retry-After`. */
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
        /**
         * @description The currency of which 1 unit is priced.
         * @example USD
         */
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
        readonly date: components["schemas"]["RequestedDay"];
        /**
         * @description UTC day of the provider's timestamp.
         * @example 2026-11-24
         */
        readonly date_required: components["schemas"]["RequestedDay"];
        /** @description What to return for a currency without a rate of `date`: `null` (default) shows the gap, `previous` the last earlier rate, `error` a 404. */
        readonly on_missing: "null" | "previous" | "error";
        /** @description What happens without a rate of `date`: `error` (default) is a 404 that names the last day with a rate, `previous` converts at that rate. */
        readonly convert_on_missing: "previous" | "error";
        /** @description Layout of CSV and workbook: `long` (default) has one row per day and currency, `wide` one row per day and one column per currency; `source` names all of the day. A `limit` that would cut it is refused. JSON is always long. */
        readonly layout: "long" | "wide";
        /**
         * @description First UTC day.
         * @example 2026-11-01
         */
        readonly from: components["schemas"]["RequestedDay"];
        /**
         * @description Last UTC day.
         * @example 2026-11-30
         */
        readonly to: components["schemas"]["RequestedDay"];
        /** @description Buckets instead of days: average, closing rate (`last`), high (`max`) and low (`min`) of each. */
        readonly group: "day" | "week" | "month";
        /** @description Rows in one page. By default 1,000; a CSV or a workbook then has every row, up to 100,000. */
        readonly limit: number;
        /** @description `meta.next_cursor` of the page before, with otherwise equal parameters. */
        readonly cursor: string;
        /**
         * @description The currency of which 1 unit is priced.
         * @example KES
         */
        readonly base_path: components["schemas"]["CodeAsked"];
        /**
         * @description The currency that it is priced in.
         * @example NGN
         */
        readonly currency_path: components["schemas"]["CodeAsked"];
        /**
         * @description The currency of `amount`.
         * @example KES
         */
        readonly convert_from: components["schemas"]["CodeAsked"];
        /**
         * @description The currency to convert to.
         * @example USD
         */
        readonly convert_to: components["schemas"]["CodeAsked"];
        /**
         * @description Plain decimal of 0 or more, without thousands separators.
         * @example 1250.50
         */
        readonly amount: string;
        /** @description Runs of one source only. */
        readonly source: components["schemas"]["Source"];
        /**
         * @description Id of the run, as in `Location`.
         * @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10
         */
        readonly run_id: components["schemas"]["RunId"];
        /**
         * @description `wait=10` (RFC 7240) waits up to ten seconds for the end of the run, at most 30.
         * @example wait=10
         */
        readonly prefer: string;
        /** @description Dead letters in this state only. */
        readonly letter_state: "open" | "redriven" | "closed";
        /**
         * @description Id of the dead letter.
         * @example 12
         */
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
        readonly as_of: components["schemas"]["RequestedDay"];
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
         * @description Loans at least so many days past due; PAR30 is more than 30, so 31.
         * @example 31
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
        /**
         * @description Id of the loan.
         * @example 09u924rbwf
         */
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
        readonly roll_from: components["schemas"]["RequestedDay"];
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
        /** @description URL of the run or dead letter. */
        readonly Location: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly latestRates: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description The currency of which 1 unit is priced.
                 * @example USD
                 */
                readonly base?: components["parameters"]["base"];
                /**
                 * @description The currencies to price it in, as a comma list or repeated; all by default. Spaces after commas are ignored.
                 * @example [
                 *       "KES",
                 *       "NGN"
                 *     ]
                 */
                readonly quotes?: components["parameters"]["quotes"];
                /** @description Layout of CSV and workbook: `long` (default) has one row per day and currency, `wide` one row per day and one column per currency; `source` names all of the day. A `limit` that would cut it is refused. JSON is always long. */
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
                /**
                 * @description The currency of which 1 unit is priced.
                 * @example USD
                 */
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
                /** @description Layout of CSV and workbook: `long` (default) has one row per day and currency, `wide` one row per day and one column per currency; `source` names all of the day. A `limit` that would cut it is refused. JSON is always long. */
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
                /**
                 * @description The currency of which 1 unit is priced.
                 * @example KES
                 */
                readonly base: components["parameters"]["base_path"];
                /**
                 * @description The currency that it is priced in.
                 * @example NGN
                 */
                readonly currency: components["parameters"]["currency_path"];
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
                 * @description UTC day of the provider's timestamp.
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
    readonly quality: {
        readonly parameters: {
            readonly query?: {
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
                    readonly "application/json": components["schemas"]["QualityAnswer"];
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
    readonly convert: {
        readonly parameters: {
            readonly query: {
                /**
                 * @description The currency of `amount`.
                 * @example KES
                 */
                readonly from: components["parameters"]["convert_from"];
                /**
                 * @description The currency to convert to.
                 * @example USD
                 */
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
                /**
                 * @description Id of the run, as in `Location`.
                 * @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10
                 */
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
                /**
                 * @description Id of the run, as in `Location`.
                 * @example 3f0c2a9e-6d0b-4b43-9f52-2b8b1f6f7a10
                 */
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
                /** @description Dead letters in this state only. */
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
                /**
                 * @description Id of the dead letter.
                 * @example 12
                 */
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
                /**
                 * @description Id of the dead letter.
                 * @example 12
                 */
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
                /**
                 * @description Id of the dead letter.
                 * @example 12
                 */
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
                 * @description Loans at least so many days past due; PAR30 is more than 30, so 31.
                 * @example 31
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
                /**
                 * @description Id of the loan.
                 * @example 09u924rbwf
                 */
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
                /**
                 * @description Id of the loan.
                 * @example 09u924rbwf
                 */
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
            /** @description The provider refused, or the budget is spent. */
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
            /** @description The provider refused, or the budget is spent. */
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
