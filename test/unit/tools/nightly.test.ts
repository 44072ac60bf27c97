import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROJECT } from '../../support/documents.ts';

/** Stands in for `go`: the kubeconform that it builds accepts files with the text $ACCEPTED. */
const GO = `case "$*" in
  "mod download"*) echo '"Dir": "'"$SPEC"'"' ;;
  "build -o kustomize"*)
    printf '#!/bin/sh\\necho replicas: 1\\n' >kustomize
    chmod +x kustomize ;;
  "build -o kubeconform"*)
    printf '#!/bin/sh\\nfor file; do :; done; echo checked; grep -q %s "$file"\\n' \\
      "$ACCEPTED" >kubeconform
    chmod +x kubeconform ;;
esac`;

describe('a check of the nightly run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fx-nightly-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const standIn = (name: string, script: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  /** Runs a script with the stand-ins in front of the programs of the machine. */
  function run(script: string, args: string[], env: Record<string, string> = {}) {
    const path = `${folder}:${process.env['PATH']}`;
    const { status, stdout, stderr } = spawnSync('bash', [join(PROJECT, script), ...args], {
      env: { ...process.env, ...env, PATH: path },
      encoding: 'utf8',
    });
    return { status, said: `${stdout}${stderr}`, lines: stdout.trim().split('\n') };
  }

  it('that was skipped, even in part, has not passed', () => {
    for (const tool of 'java mvn pgbouncer curl mmdebstrap slirp4netns prometheus'.split(' '))
      standIn(tool, 'true');
    standIn('python3', 'true');
    standIn('apt-get', 'true');
    const skip = "echo '!!! SKIPPED: it all (no root) !!!' >&2";
    standIn(
      'npm',
      `case "$*" in *containers) ${skip} ;; *embedded) exit 1 ;; *chaos) echo 5 passing ;; esac`,
    );
    const mixed = run('.ci/nightly', ['containers', 'chaos', 'chaos-embedded']);
    expect(mixed.status).to.equal(1);
    expect(mixed.lines.slice(-5).map((line) => line.replace(/ +\d+ s$/, ''))).to.deep.equal([
      'containers       SKIPPED',
      '!!! SKIPPED: it all (no root) !!!',
      'chaos            passed',
      'chaos-embedded   FAILED',
      '1 parts passed, 1 failed, 1 skipped',
    ]);
    expect(run('.ci/nightly', ['containers', 'chaos']).status).to.equal(0);
    const nothing = run('.ci/nightly', ['containers']);
    expect([nothing.status, nothing.lines.at(-1)]).to.deep.equal([
      1,
      '0 parts passed, 0 failed, 1 skipped',
    ]);
  });

  it('of the manifests fails when kubeconform refuses one', () => {
    mkdirSync(join(folder, 'api/openapi-spec'), { recursive: true });
    const quantity = '{"io.k8s.apimachinery.pkg.api.resource.Quantity":{}}';
    writeFileSync(join(folder, 'api/openapi-spec/swagger.json'), `{"definitions":${quantity}}`);
    standIn('go', GO);
    const check = (ACCEPTED: string) => run('tools/kubernetes.sh', [], { ACCEPTED, SPEC: folder });
    const accepted = check('replicas');
    expect(accepted.status, accepted.said).to.equal(0);
    const refused = check('nothing');
    expect([refused.status, refused.said]).to.deep.equal([1, 'base: checked\n']);
  });
});
