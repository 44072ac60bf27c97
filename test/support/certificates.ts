import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
  /** Certificate and key in one file. */
  readonly both: string;
  readonly pem: { readonly cert: string; readonly key: string };
}

export interface Authority {
  readonly file: string;
  readonly pem: string;
  /** Issues a certificate of `subjectAltName`; one that ended yesterday with `expired`. */
  issue(name: string, options?: { san?: string; expired?: true }): Certificate;
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });

/** A certificate authority of its own, for one test. Its files lie in `dir`. */
export function makeAuthority(dir: string, name = 'ca'): Authority {
  const at = (file: string) => join(dir, file);
  const newKey = (of: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(`${of}.key`)];
  const own = ['-days', '2', '-subj', `/CN=Test ${name}`, '-out', at(`${name}.pem`)];
  openssl('req', '-x509', ...newKey(name), ...own);
  const file = at(`${name}.pem`);
  return {
    file,
    pem: readFileSync(file, 'utf8'),
    issue: (of, { san = 'IP:127.0.0.1', expired } = {}) => {
      const [cert, key, both] = [at(`${of}.pem`), at(`${of}.key`), at(`${of}.both.pem`)];
      openssl('req', ...newKey(of), '-subj', `/CN=${of}`, '-out', at(`${of}.csr`));
      writeFileSync(at(`${of}.san`), `subjectAltName=${san}\n`);
      const issuer = ['-CA', file, '-CAkey', at(`${name}.key`), '-CAcreateserial'];
      const issued = ['-days', expired ? '-1' : '2', '-extfile', at(`${of}.san`), '-out', cert];
      openssl('x509', '-req', '-in', at(`${of}.csr`), ...issuer, ...issued);
      const pem = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
      writeFileSync(both, pem.cert + pem.key);
      return { cert, key, both, pem };
    },
  };
}
