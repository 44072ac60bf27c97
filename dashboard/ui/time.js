// @ts-check
import { h } from './dom.js';

const DAY_MS = 86_400_000;
/** Made on first use, since that takes long. @type {Intl.DateTimeFormat | null} */
let local = null;

/** `2026-11-24T01:00:02.345Z` → `2026-11-24 01:00`. @param {string} instant */
export const formatMinute = (instant) => `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;

/**
 * An instant in UTC, with the reader's local time on hover.
 * @param {string | null | undefined} instant
 * @param {{ seconds?: boolean, day?: boolean }} [parts] which to show
 */
export function renderUtc(instant, { seconds = false, day = true } = {}) {
  if (!instant) return '–';
  const date = new Date(instant);
  const iso = date.toISOString();
  const text = `${day ? `${iso.slice(0, 10)} ` : ''}${iso.slice(11, seconds ? 19 : 16)}`;
  const mouseenter = (/** @type {MouseEvent & { target: HTMLElement }} */ { target }) => {
    local ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
    target.title = `${local.format(date)} (local time)`;
  };
  return h('time', { datetime: iso, mouseenter }, text);
}

/** A duration in its one or two largest units. @param {number} ms */
export function formatDuration(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  if (minutes < 1) return `${Math.floor(Math.abs(ms) / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60)
    return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
  return `${Math.floor(minutes / 1440)} days`;
}

/** The largest unit alone, where there is little room. @param {string | null} instant */
export const formatShortAge = (instant) => formatAge(instant).replace(/ h \d+ min/, ' h');

/** @param {string | null} instant @param {number} [now] */
export function formatAge(instant, now = Date.now()) {
  if (instant === null) return 'never';
  const ms = now - Date.parse(instant);
  return ms < 0 ? `in ${formatDuration(ms)}` : `${formatDuration(ms)} ago`;
}

/** @param {number} time milliseconds since 1970 */
const toDay = (time) => new Date(time).toISOString().slice(0, 10);

/** Days are UTC days, as YYYY-MM-DD. @param {string} day @param {number} n */
export const addDays = (day, n) => toDay(Date.parse(day) + n * DAY_MS);

export const getToday = () => toDay(Date.now());

/** @param {string} first @param {string} last */
export function listDays(first, last) {
  const days = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/**
 * The last day of each month before `day`, and `day`: `n` of them, oldest first.
 * @param {string} day
 * @param {number} n
 */
export function listMonthEnds(day, n) {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const ends = Array.from({ length: n }, (_, back) => toDay(Date.UTC(year, month - 1 - back, 0)));
  return [...ends.reverse().filter((end) => end < day), day].slice(-n);
}

/**
 * The first day of the month that is `n` months from that of `day`.
 * @param {string} day
 * @param {number} n
 */
export function startOfMonth(day, n = 0) {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return toDay(Date.UTC(year, month - 1 + n, 1));
}
