// @ts-check

import { getToday } from '../ui/time.js';
import { getParam } from './params.js';

const DAY = /^\d{4}-\d\d-\d\d$/;
/** @type {string | null} */
let openingDay = null;

/** The day to begin with when the URL names none. @param {string | null} day */
export const setOpeningDay = (day) => {
  openingDay = day;
};

/** Whether the URL names the day. */
export const hasAsOfDay = () => DAY.test(getParam('as_of'));

/** The day at whose close the book is shown: that of the URL, else the opening day, else today. */
export const getAsOfDay = () => (hasAsOfDay() ? getParam('as_of') : (openingDay ?? getToday()));

/** Whether to show amounts in USD. */
export const isInUsd = () => getParam('in').toLowerCase() === 'usd';
