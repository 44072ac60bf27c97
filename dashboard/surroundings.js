// @ts-check
import { showBanners } from './banners.js';
import { showHealth } from './header.js';
import { listen } from './live.js';
import { look } from './status.js';

/** What is around every view: the strip, the banners, and what keeps them true. */
export function surround() {
  const strip = document.getElementById('health');
  const banners = document.getElementById('banners');
  if (strip) showHealth(strip);
  if (banners) showBanners(banners);
  void look();
  listen();
}
