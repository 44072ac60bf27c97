/** What the page reads of the API's answers. The whole contract is openapi.yaml. */

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
  last: string;
  last_date: string;
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
export interface Slot {
  slot: string;
  to: string | null;
  count: number;
  state: string;
  reason: string | null;
}
export interface Status {
  source: string;
  now: string;
  trouble: string[];
  currencies: {
    quote: string;
    rate_date: string | null;
    observed_at: string | null;
    age_seconds: number | null;
    stale: boolean;
  }[];
  last_slot: Slot | null;
  next_slot: string;
  spent_today: number;
  daily_budget: number;
  quota: {
    package: string | null;
    quota_limit: string | null;
    quota_remaining: string | null;
    seen_at: string;
  } | null;
  breaker: { status: number; reason: string; opened_at: string; open_until: string } | null;
  consumer_lag: string | null;
  dead_letters: number;
  console_url: string | null;
  services: {
    service: string;
    instance: string;
    seen_seconds_ago: number;
    fresh: boolean;
    trouble: string | null;
  }[];
}
export interface Run {
  run_id: string;
  trigger: string;
  slot: string | null;
  first_day: string | null;
  last_day: string | null;
  state: string;
  missing: string[];
  reason: string | null;
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
  bucket: string;
  current_days_past_due: number;
  par_days: number;
  amount_at_risk: string;
  outstanding_balance: string;
  LoanAmount: string;
  total_amount_paid: string;
  total_amount_expected: string;
  date_of_release: string;
  maturity_date: string;
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
}
export interface Report<Line> {
  data: Line[];
  meta: { as_of: string; notes: string[]; next_cursor?: string | null };
}
