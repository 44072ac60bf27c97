// @ts-check

import { listen } from '../data/live.js';
import { look } from '../data/status.js';
import { showBanners } from './banners.js';
import { showHealth } from './header.js';

/** What is around every view: the strip, the banners, and what keeps them true. */
export function surround() {
  const strip = document.getElementById('health');
  const banners = document.getElementById('banners');
  if (strip) showHealth(strip);
  if (banners) showBanners(banners);
  void look();
  listen();
}
