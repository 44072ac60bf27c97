// @ts-check

import { today } from '../ui/moment.js';
import { asked } from './address.js';

/** The day at whose close the book is looked at: today unless the address says otherwise. */
export const dayAsked = () => (/^\d{4}-\d\d-\d\d$/.test(asked('as_of')) ? asked('as_of') : today());

/** Whether amounts are wanted in USD, in whatever case the address says so. */
export const inUsd = () => asked('in').toLowerCase() === 'usd';
