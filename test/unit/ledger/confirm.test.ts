import { expect } from 'chai';
import { conclude, type PublishedFacts } from '../../../ledger/confirm.ts';
import { outcomeOf, type Run } from '../../../ledger/run.ts';

const facts = (changes: Partial<PublishedFacts>): PublishedFacts => ({
  run_id: 'a',
  state: 'published',
  missing: [],
  events: 7,
  stored: 7,
  hidden: 0,
  newer: 7,
  dead_letter_id: null,
  ...changes,
});

describe('the end of a published run', () => {
  const CASES: [string, Partial<PublishedFacts>, string | null][] = [
    ['waits while rows are missing', { stored: 6, newer: 6 }, null],
    ['is a success when its rates can be read', {}, 'confirmed ok'],
    ['is partial when currencies did not come', { missing: ['KES'] }, 'confirmed partial'],
    [
      'is no success when real rates hide its simulated ones',
      { hidden: 7, newer: 0 },
      'confirmed no_newer_rate rates_hidden',
    ],
    [
      'is no success when newer rates were there',
      { newer: 0 },
      'confirmed no_newer_rate no_newer_rate',
    ],
    ['fails on a dead letter', { stored: 6, dead_letter_id: '4' }, 'failed dead_letter'],
    ['waits on after it has failed', { state: 'failed', stored: 6, dead_letter_id: '4' }, null],
    ['is confirmed once its dead letter is redriven', { state: 'failed' }, 'confirmed ok'],
  ];
  for (const [what, changes, expected] of CASES) {
    it(what, () => {
      const ended = conclude(facts(changes));
      const words = ended && [ended.state, ended.outcome, ended.failure?.code];
      expect(words?.filter(Boolean).join(' ') ?? null).to.equal(expected);
    });
  }

  it('answers a trigger with success only if rates came', () => {
    const run = (outcome: Run['outcome']) =>
      outcomeOf({ state: 'confirmed', outcome, error: null } as Run).state;
    expect([run('ok'), run('partial'), run('no_newer_rate')]).to.deep.equal([
      'done',
      'done',
      'refused',
    ]);
  });
});
