import type { components } from '../../api/openapi-types.ts';

/** The API's responses, as generated from openapi.yaml. */
export type Schemas = components['schemas'];

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
export interface Report<Line> {
  data: Line[];
  meta: Schemas['ReportMeta'];
}
