/** The parts of the API's responses that the page reads; openapi.yaml has the whole contract. */

export interface Rate {
  base: string;
  quote: string;
  rate: string | null;
  inverse: string | null;
  rate_date: string;
  observed_at: string | null;
  fetched_at: string | null;
  source: string | null;
  suspect: boolean;
  stale: boolean;
}
export interface Rates {
  data: Rate[];
  meta: {
    simulated: boolean;
    next_slot?: string | null;
    missing_quotes?: string[];
    next_cursor?: string | null;
  };
}
export interface Bucket {
  quote: string;
  from: string;
  min: string;
  max: string;
  avg: string;
  last: string;
  last_date: string;
  count: number;
  days: number;
  suspect: boolean;
  source: string;
}
export interface Currency {
  code: string;
  name: string;
  first_date: string | null;
  last_date: string | null;
  days: number;
}
export interface Conversion {
  from: string;
  to: string;
  amount: string;
  result: string;
  rate: string;
  rate_date: string;
  source: string;
  derived: boolean;
  suspect: boolean;
  stale: boolean;
}
export interface Observation {
  event_id: string;
  run_id: string;
  source: string;
  base: string;
  quote: string;
  rate: string;
  rate_date: string;
  observed_at: string;
  fetched_at: string;
  stored_at: string;
}
/** A failure as a code, and the sentence of the API for people. */
export interface Failure {
  code: string | null;
  status: number | null;
  reason: string | null;
}
/** A run, an open run or a slot. */
export interface RunLike {
  failure_code?: string | null;
  failure_detail?: { status?: number } | null;
  reason?: string | null;
  error?: string | null;
}
export interface Slot extends RunLike {
  slot: string;
  state: string;
}
export interface OpenRun extends RunLike {
  next_attempt_at: string;
}
export interface HealthProblem {
  code: string;
  component: string;
  detail: string;
  fix: string;
}
export interface Service {
  service: string;
  instance: string;
  seen_seconds_ago: number;
  fresh: boolean;
  trouble: string | null;
}
export interface Status {
  /** False without the API token: then only freshness and slots are filled. */
  details?: boolean;
  source: string;
  now: string;
  problems?: HealthProblem[];
  currencies: {
    quote: string;
    rate_date: string | null;
    age_seconds: number | null;
    stale: boolean;
    suspect?: boolean;
  }[];
  newest: { rate_date: string } | null;
  last_slot: Slot | null;
  next_slot: string;
  open_runs: OpenRun[];
  spent_today: number | null;
  daily_budget: number | null;
  quota: { quota_limit: string | null; quota_remaining: string | null } | null;
  breaker: { status: number; reason: string; open_until: string } | null;
  consumer_lag: string | null;
  dead_letters: number | null;
  console_url: string | null;
  services: Service[];
}
export interface Run extends RunLike {
  run_id: string;
  trigger: string;
  slot: string | null;
  first_day: string | null;
  last_day: string | null;
  state: string;
  outcome?: string | null;
  missing: string[];
  attempts: number;
  cost: number;
  asked_at: string;
  next_attempt_at: string | null;
  ended_at: string | null;
  skipped_count: number | null;
}
export interface DeadLetter {
  id: string;
  topic: string;
  partition: number;
  record_offset: string;
  record_timestamp: string;
  reason: string;
  cause?: string;
  next_step?: string;
  detail: string;
  state: string;
  set_aside_at: string;
  redrive_asked_at: string | null;
  redrive_error: string | null;
}
export interface DeadLetterWithBytes extends DeadLetter {
  key: string | null;
  headers: Record<string, string>;
  value_base64: string | null;
  value_text: string | null;
}
export interface Loan {
  loan_id: string;
  borrower_id: string;
  borrower_name: string | null;
  branch: string | null;
  branch_id: string | null;
  status: string;
  bucket: string | null;
  current_days_past_due: number;
  par_days: number;
  amount_at_risk: string;
  outstanding_balance: string | null;
  principal_outstanding: string | null;
  currency: string | null;
  LoanAmount: string;
  total_amount_paid: string;
  total_amount_expected: string;
  date_of_release: string;
  maturity_date: string | null;
  last_due_date: string | null;
  last_repayment_date: string | null;
}
export interface LoanDay {
  day: string;
  current_days_past_due: number;
  amount_at_risk: string;
  total_amount_expected: string;
  total_amount_paid: string;
}
export interface MissedPayment {
  loan_id: string;
  instalment_number: number;
  due_date: string;
  amount: string;
  amount_missed: string;
  date_cleared: string | null;
  days_late: number;
  amount_unpaid: string;
  status: string;
}
export interface ParLine {
  scope: string;
  branch_id: string | null;
  currency: string | null;
  measure: string;
  loans: number;
  outstanding_balance: string | null;
  amount_at_risk: string | null;
  by_outstanding: string | null;
  by_arrears: string | null;
  principal_outstanding: string | null;
  by_principal: string | null;
}
export interface Report<Line> {
  data: Line[];
  meta: {
    as_of: string;
    notes: string[];
    count?: number;
    rates?: { currency: string; rate: string }[];
    next_cursor?: string | null;
  };
}
export interface LoanBook {
  is_sample: boolean;
  loans: number;
  last_activity: string | null;
  opening_day: string | null;
  notes: string[];
}
