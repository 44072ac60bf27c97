// @ts-check

import { getToday } from '../ui/time.js';
import { getParam } from './params.js';

/** The day at whose close the book is looked at: today unless the address says otherwise. */
export const getAsOfDay = () =>
  /^\d{4}-\d\d-\d\d$/.test(getParam('as_of')) ? getParam('as_of') : getToday();

/** Whether amounts are wanted in USD, in whatever case the address says so. */
export const isInUsd = () => getParam('in').toLowerCase() === 'usd';
