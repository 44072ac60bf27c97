import currencyCodes from 'currency-codes';

/**
 * A currency that the simulator knows. `usual` is the level its rate wanders about, in units for 1
 * USD.
 */
export interface Currency {
  readonly iso: string;
  readonly name: string;
  readonly symbol: string;
  readonly usual: string;
  readonly supersededBy?: string;
}

const NAMED: readonly Currency[] = [
  { iso: 'CAD', name: 'Canadian Dollar', symbol: '$', usual: '1.38' },
  { iso: 'CHF', name: 'Swiss Franc', symbol: 'CHF', usual: '0.8' },
  { iso: 'CNY', name: 'Chinese Yuan Renminbi', symbol: '¥', usual: '7.1' },
  { iso: 'EGP', name: 'Egyptian Pound', symbol: '£', usual: '48' },
  { iso: 'ETB', name: 'Ethiopian Birr', symbol: 'Br', usual: '150' },
  { iso: 'EUR', name: 'Euro', symbol: '€', usual: '0.86' },
  { iso: 'GBP', name: 'British Pound', symbol: '£', usual: '0.75' },
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
  { iso: 'XCG', name: 'Caribbean Guilder', symbol: 'Cg', usual: '1.79' },
  { iso: 'XOF', name: 'CFA Franc', symbol: 'CFA', usual: '560' },
  { iso: 'ZAR', name: 'South African Rand', symbol: 'R', usual: '17.3' },
  { iso: 'ZMW', name: 'Zambian Kwacha', symbol: 'ZK', usual: '23' },
];

/** The rest of ISO 4217, at its usual levels. Not: codes of funds, of units of account, for tests. */
const LEVELS = `
AED 3.6725 AFN 66 ALL 83 AMD 382 AOA 912 ARS 1440 AUD 1.53 AWG 1.79 AZN 1.7 BAM 1.68 BBD 2
BDT 122 BHD 0.376 BIF 2960 BMD 1 BND 1.3 BOB 6.91 BRL 5.35 BSD 1 BTN 88 BWP 13.4 BYN 3.3 BZD 2.01
CDF 2250 CLP 940 COP 3800 CRC 500 CUP 24 CVE 95 CZK 20.9 DJF 178 DKK 6.45 DOP 63 DZD 130 ERN 15
FJD 2.28 FKP 0.75 GEL 2.7 GIP 0.75 GMD 73 GNF 8700 GTQ 7.66 GYD 209 HKD 7.78 HNL 26.3 HTG 131
HUF 332 IDR 16650 ILS 3.27 IQD 1310 IRR 42100 ISK 127 JMD 160 JOD 0.709 KGS 87.4 KHR 4010 KMF 424
KPW 900 KRW 1465 KWD 0.307 KYD 0.833 KZT 520 LAK 21700 LBP 89500 LKR 306 LRD 180 LSL 17.3 LYD 5.45
MDL 17 MGA 4480 MKD 53 MMK 2100 MNT 3560 MOP 8 MRU 39.7 MUR 46 MVR 15.4 MWK 1735 MXN 18.4 MYR 4.13
MZN 63.9 NAD 17.3 NIO 36.8 NOK 10.1 NPR 141 NZD 1.76 OMR 0.385 PAB 1 PEN 3.37 PGK 4.24 PHP 58.7
PKR 281 PLN 3.65 PYG 7050 QAR 3.64 RON 4.38 RSD 101 RUB 79 SAR 3.75 SBD 8.24 SCR 14.2 SDG 600
SEK 9.45 SGD 1.3 SHP 0.75 SLE 23.2 SOS 571 SRD 38.5 SSP 4600 STN 21.1 SVC 8.75 SYP 11000 SZL 17.3
THB 32.4 TJS 9.23 TMT 3.5 TND 2.95 TOP 2.39 TRY 42.4 TTD 6.78 TWD 31.2 UAH 42.2 UYU 39.8 UZS 11950
VED 243 VES 243 VND 26350 VUV 122 WST 2.8 XAG 0.0195 XAU 0.000243 XCD 2.7 XDR 0.735 XPD 0.00071
XPF 103 XPT 0.00064 YER 238 ZWG 26.4`;

/** XE has such, and treats them in a way of its own. */
const OBSOLETE: readonly Currency[] = [
  { iso: 'ANG', name: 'Dutch Guilder', symbol: 'ƒ', usual: '1.79', supersededBy: 'XCG' },
  { iso: 'BGN', name: 'Bulgarian Lev', symbol: 'лв', usual: '1.682', supersededBy: 'EUR' },
  { iso: 'CUC', name: 'Cuban Convertible Peso', symbol: '$', usual: '1', supersededBy: 'CUP' },
  { iso: 'GHC', name: 'Ghanaian Cedi (old)', symbol: '¢', usual: '110000', supersededBy: 'GHS' },
];

/** Every currency on offer, by code. */
export const CURRENCIES: readonly Currency[] = [
  ...NAMED,
  ...OBSOLETE,
  ...LEVELS.trim()
    .split(/\s+(?=[A-Z])/)
    .map((entry) => {
      const [iso = '', usual = ''] = entry.split(' ');
      return { iso, name: currencyCodes.code(iso)?.currency ?? iso, symbol: iso, usual };
    }),
].sort((a, b) => (a.iso < b.iso ? -1 : 1));
