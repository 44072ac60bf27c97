import { readFileSync, utimesSync } from 'node:fs';
import axios from 'axios';
import { expect } from 'chai';
import { pipeline } from '../../support/pipeline.ts';

const STYLES = new URL('../../../dashboard/page.css', import.meta.url);

describe('the files of the dashboard', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const get = (path: string) => axios.get<string>(`${url}${path}`, { responseType: 'text' });
  const linksOf = (html: string) =>
    [...html.matchAll(/(?:src|href)="(dashboard\/[^"]+)"/g)].map(([, link]) => String(link));

  before(async () => {
    parts = await pipeline();
    ({ url } = await parts.api());
  });
  after(() => parts.stop());

  it('have their hash in their names and are cached for good; the page revalidates', async () => {
    const page = await get('/');
    expect(page.headers['cache-control']).to.equal('no-cache');
    const [, style = '', script = ''] = linksOf(page.data);
    expect([style, script]).to.match(
      /^dashboard\/page-[A-Z0-9]{8}\.css,dashboard\/main-[A-Z0-9]{8}\.js$/,
    );
    for (const link of [style, script]) {
      const { headers } = await get(`/${link}`);
      expect(headers['cache-control'], link).to.equal('public, max-age=31536000, immutable');
      expect(headers['vary'], link).to.equal('Accept-Encoding');
    }
  });

  it('are relative to the page, so that they work under any path prefix', async () => {
    const { data } = await get('/');
    expect(linksOf(data)).to.have.length(4);
    expect(data).to.not.match(/(src|href)="\//);
  });

  it('are one script, since each that it imports takes one more round trip', async () => {
    const script = linksOf((await get('/')).data).find((link) => link.endsWith('.js')) ?? '';
    const { data } = await get(`/${script}`);
    expect(data).to.not.match(/(from|import)"\.\//);
    expect(data, 'charts load on use').to.match(/import\("\.\//);
  });

  it('point to source maps with the modules as written', async () => {
    const script = linksOf((await get('/')).data).find((link) => link.endsWith('.js')) ?? '';
    const [, map] = /sourceMappingURL=(.+)/.exec((await get(`/${script}`)).data) ?? [];
    const { sources, sourcesContent } = JSON.parse((await get(`/dashboard/${map}`)).data);
    const written = readFileSync(new URL('../../../dashboard/main.js', import.meta.url), 'utf8');
    expect(sourcesContent[sources.indexOf('main.js')]).to.equal(written);
  });

  it('preload the newest rates only where they are shown', async () => {
    const preload = /rel="preload"[^>]*href="v2\/rates\/latest"/;
    expect((await get('/')).data).to.match(preload);
    expect((await get('/?view=rates&range=1y')).data).to.match(preload);
    for (const view of ['pipeline', 'loans'])
      expect((await get(`/?view=${view}`)).data, view).to.not.match(preload);
  });

  it('keep their names when the same content is bundled again', async () => {
    const { etag } = (await get('/')).headers;
    const now = new Date();
    utimesSync(STYLES, now, now);
    expect((await get('/')).headers['etag']).to.equal(etag);
  });
});
