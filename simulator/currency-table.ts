/** A currency that the simulator knows. `usual` is the level its rate wanders about, in units for 1 USD. */
export interface Currency {
  readonly iso: string;
  readonly name: string;
  readonly symbol: string;
  readonly usual: string;
  readonly supersededBy?: string;
}

/** Every currency on offer, by code. One is obsolete, because XE has such and treats them in a way of its own. */
export const CURRENCIES: readonly Currency[] = [
  { iso: 'CAD', name: 'Canadian Dollar', symbol: '$', usual: '1.38' },
  { iso: 'CHF', name: 'Swiss Franc', symbol: 'CHF', usual: '0.8' },
  { iso: 'CNY', name: 'Chinese Yuan Renminbi', symbol: '¥', usual: '7.1' },
  { iso: 'EGP', name: 'Egyptian Pound', symbol: '£', usual: '48' },
  { iso: 'ETB', name: 'Ethiopian Birr', symbol: 'Br', usual: '150' },
  { iso: 'EUR', name: 'Euro', symbol: '€', usual: '0.86' },
  { iso: 'GBP', name: 'British Pound', symbol: '£', usual: '0.75' },
  { iso: 'GHC', name: 'Ghanaian Cedi (old)', symbol: '¢', usual: '110000', supersededBy: 'GHS' },
  { iso: 'GHS', name: 'Ghanaian Cedi', symbol: '¢', usual: '11' },
  { iso: 'INR', name: 'Indian Rupee', symbol: '₹', usual: '88' },
  { iso: 'JPY', name: 'Japanese Yen', symbol: '¥', usual: '150' },
  { iso: 'KES', name: 'Kenyan Shilling', symbol: 'KSh', usual: '129' },
  { iso: 'MAD', name: 'Moroccan Dirham', symbol: 'DH', usual: '9.3' },
  { iso: 'NGN', name: 'Nigerian Naira', symbol: '₦', usual: '1500' },
  { iso: 'RWF', name: 'Rwandan Franc', symbol: 'FRw', usual: '1450' },
  { iso: 'TZS', name: 'Tanzanian Shilling', symbol: 'TSh', usual: '2470' },
  { iso: 'UGX', name: 'Ugandan Shilling', symbol: 'USh', usual: '3600' },
  { iso: 'USD', name: 'US Dollar', symbol: '$', usual: '1' },
  { iso: 'XAF', name: 'Central African CFA Franc BEAC', symbol: 'FCFA', usual: '561' },
  { iso: 'XOF', name: 'CFA Franc', symbol: 'CFA', usual: '560' },
  { iso: 'ZAR', name: 'South African Rand', symbol: 'R', usual: '17.3' },
  { iso: 'ZMW', name: 'Zambian Kwacha', symbol: 'ZK', usual: '23' },
];
