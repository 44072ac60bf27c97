import type { Fault } from '../platform/simulated-fault.ts';

/** The fault that is being played, for so many more questions; without a number until it is taken back. */
export interface FaultSwitch {
  /** What the next question meets; it counts as one. */
  next(): Fault;
  set(fault: Fault, times?: number): void;
  readonly shown: () => { fault: Fault; times: number | null };
}

/** Begins with `first`, until it is set otherwise. */
export function faultSwitch(first: Fault = 'none'): FaultSwitch {
  let fault = first;
  let left = Number.POSITIVE_INFINITY;
  return {
    next: () => {
      const now = fault;
      if (--left <= 0) fault = 'none';
      return now;
    },
    set: (wanted, times = Number.POSITIVE_INFINITY) => {
      fault = wanted;
      left = times;
    },
    shown: () => ({
      fault,
      times: fault === 'none' || left === Number.POSITIVE_INFINITY ? null : left,
    }),
  };
}
