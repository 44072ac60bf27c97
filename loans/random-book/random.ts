/** Draws that a seed decides for good: whole numbers only, so that no platform's floating point has a say. */
export interface Random {
  /** From `least` to `most`, both included. */
  between: (least: number, most: number) => number;
  /** True in `percent` of 100 draws. */
  chance: (percent: number) => boolean;
  of: <Item>(items: readonly Item[]) => Item;
}

/** A source of draws for a seed from 0 to 4294967295 (mulberry32: 32 bits of state are plenty for a made-up book). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const between = (least: number, most: number) => least + (next() % (most - least + 1));
  return {
    between,
    chance: (percent) => next() % 100 < percent,
    of: (items) => items[next() % items.length] as (typeof items)[number],
  };
}
