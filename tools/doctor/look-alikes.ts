/** A name that is set and means nothing here, and the setting that was probably meant. */
export interface LookAlike {
  readonly name: string;
  readonly meant: string;
}

/** Names among `set` that are no setting of ours and look like one: KAFKA_BROKER, XE_APIKEY, XE_KEY, KAFKA_PASSWORD. */
export function lookAlikes(set: readonly string[], settings: readonly string[]): LookAlike[] {
  const known = new Set(settings);
  return set
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = settings.find((setting) => alike(name, setting));
      return meant ? [{ name, meant }] : [];
    });
}

function alike(name: string, setting: string): boolean {
  const [a, b] = [plain(name), plain(setting)];
  if (a === b) return true;
  // Short names are near to too many others: HOST to COST, PORT to SORT.
  if (b.length >= 8 && distance(a, b) <= 2) return true;
  if (b.length >= 4 && (a === `${b}S` || b === `${a}S`)) return true;
  const words = name.toUpperCase().split('_');
  const wanted = setting.split('_');
  return words.length > 1 && words[0] === wanted[0] && words.every((word) => wanted.includes(word));
}

const plain = (name: string) => name.toUpperCase().replace(/[_-]/g, '');

/** How many letters have to be put in, left out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min(
          (row[j] ?? 0) + (letter === other ? 0 : 1),
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
