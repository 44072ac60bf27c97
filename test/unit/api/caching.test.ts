import { expect } from 'chai';
import { eTagOf } from '../../../api/http/caching.ts';

describe('the ETag of a response', () => {
  it('differs when only the security policy of the page has changed', () => {
    const page = Buffer.from('<!doctype html>');
    const [before, after] = ["script-src 'self'", "script-src 'none'"].map((policy) =>
      eTagOf(page, policy),
    );
    expect(after).to.not.equal(before);
    expect(before).to.equal(eTagOf(page, "script-src 'self'"));
  });
});
