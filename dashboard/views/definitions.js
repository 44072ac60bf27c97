// @ts-check
import { h } from '../ui/dom.js';

/** What the figures mean, as tooltips. */
const DEFINITIONS = {
  Loans: 'Loans of the portfolio: released, with a schedule, not settled.',
  Outstanding: 'All instalments less what was paid. Interest in the instalments is part of it.',
  Principal: 'The straight-line share of principal in the outstanding balance.',
  'At risk': 'Due and not received.',
  PAR30:
    'Portfolio at risk: the outstanding balance of loans more than 30 days past due, as a share ' +
    'of the outstanding balance of the portfolio.',
  'PAR30 of principal': 'The same share of the outstanding principal.',
  'Days past due':
    'Days since the oldest instalment that is not covered fell due. 0 on the due date itself.',
  'PAR days': 'Days so far at whose close the loan was short of what was due.',
};

/** @param {string} name */
const getDefinition = (name) => /** @type {Record<string, string>} */ (DEFINITIONS)[name] ?? null;

/** A label that explains itself to the pointer and to a screen reader. @param {string} name */
export function createTerm(name) {
  const definition = getDefinition(name);
  return definition ? h('abbr', { title: definition }, name) : name;
}
