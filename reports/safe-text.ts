/** Makes text safe to open in a spreadsheet: what would be taken for a formula gets an apostrophe in front and stays text. */
export function safeText(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}
