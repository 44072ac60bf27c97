import { expect } from 'chai';
import { readProjectFile, services } from '../../support/compose-files.ts';

const DAY_MS = 86_400_000;
const WARNING_DAYS = 60;

/**
 * When the releases that we pin stop getting fixes. Looked up on 2026-11-30; add a line before you
 * raise a pin. `derived` dates follow from the vendor's rule, since no page states the day.
 */
const END_OF_LIFE: readonly { image: string; release: string; ends: string; source: string }[] = [
  {
    image: 'docker.redpanda.com/redpandadata/redpanda',
    release: 'v26.2',
    ends: '2027-07-31',
    source: 'derived: 12 months after the first release (v25.2: July 2025 to 2026-07-31)',
  },
  {
    image: 'docker.redpanda.com/redpandadata/console',
    release: 'v3.12',
    ends: '2027-07-31',
    source: 'derived: no dates are published; follows the Redpanda release it was made for',
  },
  {
    image: 'postgres',
    release: '18',
    ends: '2030-11-14',
    source: 'postgresql.org/support/versioning',
  },
  {
    image: 'dpage/pgadmin4',
    release: '9',
    ends: '2027-05-31',
    source: 'derived: only the newest release gets fixes; look again every six months',
  },
  {
    image: 'prom/prometheus',
    release: 'v3.13',
    ends: '2027-07-31',
    source: 'prometheus.io: LTS, supported until July 2027',
  },
  { image: 'node', release: '24', ends: '2028-04-30', source: 'nodejs.org release schedule' },
];

const fromCompose = Object.values(services).flatMap(({ image, build }) => (build ? [] : [image]));
const fromDockerfile = [...readProjectFile('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(
  ([, image = '']) => image,
);
const pins = [...new Set([...fromCompose, ...fromDockerfile])].filter(
  (image) => image !== 'fx-rates:local',
);

describe('a pinned image', () => {
  it('is found for every service and base image', () => {
    expect(pins).to.have.length(6);
  });

  for (const pin of pins) {
    it(`${pin} still gets fixes`, () => {
      const [image = '', tag = ''] = pin.split(/:(?=[^:]*$)/);
      const entry = END_OF_LIFE.find(
        (one) => one.image === image && new RegExp(`^${one.release}(?:\\.|-|$)`).test(tag),
      );
      if (!entry) return expect.fail(`${pin} has no end of life in this file's table`);
      const daysLeft = Math.floor((Date.parse(entry.ends) - Date.now()) / DAY_MS);
      expect(daysLeft, `days until ${pin} ends (${entry.source})`).to.be.at.least(0);
      if (daysLeft <= WARNING_DAYS)
        process.stderr.write(
          `\n!!! ${pin} gets no fixes after ${entry.ends} (${entry.source}) !!!\n`,
        );
    });
  }
});
