import type { components } from '../../api/openapi-types.ts';

/** The API's responses, as generated from openapi.yaml. */
type Schemas = components['schemas'];

export type Rate = Schemas['Rate'];
export type Rates = Schemas['RatesAnswer'];
export type Bucket = Schemas['Bucket'];
export type Currency = Schemas['Currency'];
export type Conversion = Schemas['Conversion'];
export type Observation = Schemas['Observation'];
export type Quality = Schemas['Quality'];
export type Status = Schemas['Status'];
export type HealthProblem = Schemas['HealthProblem'];
export type Run = Schemas['Run'];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetterWithBytes = Schemas['DeadLetterWithBytes'];

/** A failure as a code, and the sentence of the API for people. */
export interface Failure {
  code: string | null;
  status: number | null;
  reason: string | null;
  /** Where it was fetched from; null where that is not known. */
  source: string | null;
}
/** A run, an open run or a slot. */
export interface RunLike {
  failure_code: string | null;
  failure_detail: Record<string, unknown> | null;
  reason?: string | null;
  error?: string | null;
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
  limits: { code: string; text: string }[];
}
