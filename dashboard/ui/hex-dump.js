// @ts-check

const ACROSS = 16;
const MOST = 4096;

/** Sixteen bytes a line: offset, hex, and what of it is text. @param {string} base64 */
export function hexDump(base64) {
  const bytes = [...atob(base64)];
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, MOST); at += ACROSS) {
    const line = bytes.slice(at, at + ACROSS);
    const hex = line.map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte >= ' ' && byte <= '~' ? byte : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(ACROSS * 3)} ${text}`);
  }
  return `${lines.join('\n')}${bytes.length > MOST ? `\n… ${bytes.length - MOST} bytes more` : ''}`;
}
