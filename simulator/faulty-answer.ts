import type { Response } from 'express';
import type { Fault } from '../platform/simulated-fault.ts';
import { DAY, HOUR, timestampText } from './timestamp.ts';

/** Changes to the text of a good answer that make it a wrong one. A fault that is none of these leaves it as it is. */
export function spoiled(text: string, fault: Fault, now: Date): string {
  const firstQuote = /\{"quotecurrency":"[A-Z]{3}","mid":[\d.]+\}/.exec(text)?.[0] ?? '';
  const mid = (value: string) => text.replace(/"mid":[\d.]+/, `"mid":${value}`);
  const stamped = (at: number) =>
    text.replace(/"timestamp":"[^"]*"/g, `"timestamp":"${timestampText(new Date(at))}"`);
  switch (fault) {
    case 'truncated':
      return text.slice(0, Math.floor(text.length * 0.7));
    case 'missing-currency':
      return text.replace(`${firstQuote},`, '');
    case 'extra-currency':
      return text.replace(firstQuote, `${firstQuote},{"quotecurrency":"ZAR","mid":17.3000000000}`);
    case 'duplicate-currency':
      return text.replace(firstQuote, `${firstQuote},${firstQuote}`);
    case 'wrong-base':
      return text.replace('"from":"USD"', '"from":"EUR"');
    case 'mid-zero':
      return mid('0.0000000000');
    case 'mid-negative':
      return mid('-1.0000000000');
    case 'mid-nan':
      return mid('"NaN"');
    case 'mid-null':
      return mid('null');
    case 'mid-string':
      return text.replace(/"mid":([\d.]+)/, '"mid":"$1"');
    case 'mid-1e308':
      return mid('1e308');
    case 'stale':
      return stamped(now.getTime() - 25 * HOUR);
    case 'future':
      return stamped(now.getTime() + 2 * DAY);
    default:
      return text;
  }
}

/** Sends a good answer byte by byte, a second apart, or breaks off in the midst of it. */
export function sendBadly(res: Response, text: string, fault: 'drip' | 'reset'): void {
  res.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  if (fault === 'reset') {
    res.write(text.slice(0, Math.floor(text.length / 2)), () =>
      setTimeout(() => res.socket?.resetAndDestroy(), 20),
    );
    return;
  }
  let at = 0;
  const timer = setInterval(() => {
    if (at >= text.length) return void res.end();
    res.write(text.charAt(at++));
  }, 1000);
  res.once('close', () => clearInterval(timer));
}
