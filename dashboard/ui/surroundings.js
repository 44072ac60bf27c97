// @ts-check

import { openEventStream } from '../data/event-stream.js';
import { refreshStatus } from '../data/status.js';
import { showBanners } from './banners.js';
import { showHealthStrip } from './health-strip.js';

/** What is around every view: the strip, the banners, and what keeps them true. */
export function surround() {
  const strip = document.getElementById('health');
  const banners = document.getElementById('banners');
  if (strip) showHealthStrip(strip);
  if (banners) showBanners(banners);
  void refreshStatus();
  openEventStream();
}
