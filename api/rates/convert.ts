import type { Database } from '../../platform/database.ts';

export type Multiply = (amount: string, rate: string, minorUnits: number) => Promise<string>;

/** amount × rate in decimal arithmetic, rounded half away from zero to the minor units of a currency. */
export function multiplication(db: Database): Multiply {
  return async (amount, rate, minorUnits) => {
    const { rows } = await db.raw('select round(?::numeric * ?::numeric, ?::int) as product', [
      amount,
      rate,
      minorUnits,
    ]);
    return rows[0].product;
  };
}
