import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { eventually } from '../../support/eventually.ts';
import { pipeline } from '../../support/pipeline.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const rules = (load(read('deploy/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const runbook = read('docs/runbook.md');
/** Prometheus' own metric of a target. */
const OWN_METRIC = 'up';

/** The metrics of a rule, each with the labels that it selects by. */
function selectors({ expr }: Rule): { metric: string; labels: string[] }[] {
  const found = [...expr.matchAll(/\b((?:fx|http)_\w+|up\b)(?:\{([^}]*)\})?/g)];
  return found.map(([, metric = '', labels = '']) => ({
    metric,
    labels: [...labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

describe('an alert', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let text: string;
  const metrics = async () => (await axios.get<string>(`${api.url}/metrics`)).data;
  let api: { url: string };
  before(async function () {
    this.timeout(60_000);
    parts = await pipeline();
    api = await parts.api();
    const consumer = parts.consumer();
    parts.producer();
    await eventually(async () =>
      expect((await parts.runs())[0]).to.include({ state: 'confirmed' }),
    );
    // Measures the lag, as the heartbeat does.
    await consumer.health();
    await axios.get(`${api.url}/v1/rates`);
    text = await metrics();
  });
  after(() => parts.stop());

  it('exists for every kind of outage, each once', () => {
    expect(rules.length).to.be.greaterThan(9);
    expect(new Set(rules.map(({ alert }) => alert))).to.have.property('size', rules.length);
  });

  for (const rule of rules) {
    it(`${rule.alert} queries metrics and labels that the services export`, () => {
      const asked = selectors(rule);
      expect(asked).to.not.be.empty;
      for (const { metric, labels } of asked.filter((one) => one.metric !== OWN_METRIC)) {
        const family = metric.replace(/_(?:bucket|count|sum)$/, '');
        const histogram = text.includes(`# TYPE ${family} histogram`);
        const name = histogram ? family : metric;
        expect(text, metric).to.match(new RegExp(`^# TYPE ${name} `, 'm'));
        const sample = text.split('\n').find((line) => line.startsWith(`${metric}{`)) ?? '';
        for (const label of labels)
          expect(sample, `${metric} by ${label}`).to.match(new RegExp(`[{,]${label}="`));
      }
    });

    it(`${rule.alert} has a section in the runbook: severity, meaning, diagnose, fix`, () => {
      expect(rule.annotations.runbook).to.equal(`docs/runbook.md#${rule.alert.toLowerCase()}`);
      const heading = new RegExp(`^### ${rule.alert}$([\\s\\S]*?)(?=^##)`, 'm');
      const section = heading.exec(runbook)?.[1] ?? '';
      const parts = ['Severity', 'Meaning', 'Diagnose', 'Expected', 'Fix'];
      const found = [...section.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
      expect(found).to.deep.equal(parts);
      const urgency = rule.labels.severity === 'critical' ? 'wake up' : 'can wait until morning';
      expect(section).to.contain(`**Severity.** ${rule.labels.severity}: ${urgency}`);
      for (const deployment of ['npm start', 'systemd', 'compose'])
        expect(section, deployment).to.match(
          new RegExp(`^- ([^:]+, )?${deployment}(, [^:]+)?: .`, 'm'),
        );
    });
  }

  it('is the only one with a section in the runbook', () => {
    const headings = [...runbook.matchAll(/^### (Fx\w+)$/gm)].map(([, name]) => name);
    expect(headings).to.have.members(rules.map(({ alert }) => alert));
  });

  it('fires when it should, never for a healthy pipeline or an unknown figure', function () {
    this.timeout(60_000);
    skipWithout(
      this,
      'the alerts by promtool',
      isInstalled('promtool') ? null : 'no promtool (Debian: prometheus)',
    );
    execFileSync('promtool', ['check', 'config', 'deploy/prometheus.yml'], {
      cwd: root,
      stdio: 'pipe',
    });
    execFileSync('promtool', ['test', 'rules', 'deploy/alerts-test.yml'], {
      cwd: root,
      stdio: 'pipe',
    });
  });

  it('sees no old figures while Postgres is unavailable', async () => {
    parts.network.cut();
    await eventually(async () => {
      const now = await metrics();
      for (const name of [
        'fx_rate_age_seconds',
        'fx_service_trouble',
        'fx_schedule_missed_total',
        'fx_dead_letters_open',
      ])
        expect(now, name).to.not.match(new RegExp(`^${name}[ {]`, 'm'));
      expect(now).to.match(/^fx_fetch_total/m);
    });
    parts.network.restore();
    await eventually(async () => expect(await metrics()).to.match(/^fx_schedule_missed_total 0/m));
  });
});
