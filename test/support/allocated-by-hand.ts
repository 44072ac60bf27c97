/** Payments and instalments of one loan, worked out a row at a time: nothing shared with sql/. */

interface Row {
  id: string;
  day: string;
  amount: string;
}
interface Payment extends Row {
  status: string;
}

/** Ten-thousandths of `12.3450`. */
const units = (amount: string) => BigInt(amount.replace('.', ''));
const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The status of each payment: a negative amount voids the latest payment before it, or of its day,
 * of exactly that amount that is not yet voided; one that finds none is `unmatched`.
 */
export function payingStatuses(payments: readonly Row[]): string[] {
  const statuses = new Map<Row, string>();
  const isReversal = ({ amount }: Row) => Number(amount.startsWith('-'));
  const inOrder = [...payments].sort(
    (a, b) => order(a.day, b.day) || order(isReversal(a), isReversal(b)) || order(a.id, b.id),
  );
  for (const [at, payment] of inOrder.entries()) {
    statuses.set(payment, 'received');
    if (!isReversal(payment)) continue;
    const voided = inOrder
      .slice(0, at)
      .findLast(
        (earlier) =>
          units(earlier.amount) === -units(payment.amount) && statuses.get(earlier) === 'received',
      );
    if (voided) statuses.set(voided, 'voided');
    statuses.set(payment, voided ? 'reversal' : 'unmatched');
  }
  return payments.map((payment) => statuses.get(payment) ?? '');
}

/** The day on which each instalment, oldest first, was covered without any tolerance. */
export function coveredDays(instalments: readonly Row[], payments: readonly Payment[]) {
  const received = payments
    .filter(({ status }) => status === 'received')
    .sort((a, b) => order(a.day, b.day));
  let needed = 0n;
  return instalments.map(({ amount }) => {
    needed += units(amount);
    let paid = 0n;
    const covering = received.find((payment) => {
      paid += units(payment.amount);
      return paid >= needed;
    });
    if (needed <= 0n) return '-infinity';
    return covering?.day ?? null;
  });
}
