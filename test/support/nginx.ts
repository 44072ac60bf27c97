import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { expect } from 'chai';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import { eventually } from './eventually.ts';

export interface Nginx {
  url: string;
  stop(): Promise<void>;
}

/** Starts Debian's nginx with a location block, and what its http block needs beside the server. */
export async function startNginx(location: string, http = ''): Promise<Nginx> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'fx-nginx-'));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http { access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b;
            fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d;
            scgi_temp_path ${folder}/e; ${http}
            server { listen 127.0.0.1:${port}; ${location} } }`,
  );
  const nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () =>
    expect((await axios.get(url, { validateStatus: () => true })).status).to.be.below(600),
  );
  return {
    url,
    stop: async () => {
      if (nginx.exitCode === null) {
        nginx.kill('SIGTERM');
        await once(nginx, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
