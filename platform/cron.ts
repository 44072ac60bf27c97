import cronParser from 'cron-parser';

const FIELDS = [
  { name: 'second', low: 0, high: 59 },
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12 },
  { name: 'day of week', low: 0, high: 7 },
] as const;
const NAMES: Record<string, RegExp> = {
  month: /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)$/i,
  'day of week': /^(sun|mon|tue|wed|thu|fri|sat)$/i,
};

/** Returns what is wrong with a cron expression of 5 fields, or 6 with seconds first, or null. */
export function findCronFault(text: string): string | null {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) return 'use cron with 5 fields, or 6';
  const kinds = FIELDS.slice(FIELDS.length - fields.length);
  for (const [index, kind] of kinds.entries()) {
    const fault = findFieldFault(fields[index] ?? '', kind);
    if (fault) return fault;
  }
  try {
    cronParser.parseExpression(text).next();
    return null;
  } catch {
    return 'it has no time in any year';
  }
}

function findFieldFault(
  field: string,
  { name, low, high }: (typeof FIELDS)[number],
): string | null {
  for (const item of field.split(',')) {
    const [range = '', step, ...rest] = item.split('/');
    const ends = range === '*' ? [] : range.split('-');
    if (rest.length > 0 || ends.length > 2) return `${name} ${item} cannot be read`;
    for (const end of ends) {
      if (NAMES[name]?.test(end)) continue;
      if (!/^\d{1,4}$/.test(end)) return `${name} ${item} cannot be read`;
      if (Number(end) < low || Number(end) > high)
        return `${name} ${Number(end)} is out of range ${low}-${high}`;
    }
    if (ends.length === 2 && Number(ends[0]) > Number(ends[1]))
      return `${name} ${item}: the range ends before it begins`;
    if (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))
      return `${name} ${item}: the step must be a whole number above 0`;
  }
  return null;
}
