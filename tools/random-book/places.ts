/** A branch of the lender: currency, cities and names of its country, and its usual loan amount. */
export interface Place {
  branchId: string;
  branch: string;
  currency: string;
  least: number;
  most: number;
  cities: readonly (readonly [state: string, city: string])[];
  names: readonly string[];
}

const place = (
  [branchId, branch, currency]: [string, string, string],
  [least, most]: [number, number],
  cities: Place['cities'],
  names: readonly string[],
): Place => ({ branchId, branch, currency, least, most, cities, names });

/** The branches that a random book has: one for each currency the pipeline pulls. */
export const PLACES: readonly Place[] = [
  place(
    ['1', 'kenya', 'KES'],
    [50_000, 5_000_000],
    [
      ['Nairobi', 'Nairobi'],
      ['Mombasa', 'Mombasa'],
      ['Nakuru', 'Naivasha'],
    ],
    ['Wanjiru Kamau', 'Achieng Otieno', 'Kipchoge Rotich'],
  ),
  place(
    ['2', 'nigeria', 'NGN'],
    [500_000, 60_000_000],
    [
      ['Lagos', 'Ikeja'],
      ['Kano', 'Kano'],
      ['Rivers', 'Port Harcourt'],
    ],
    ['Chinedu Okafor', 'Aisha Bello', 'Tunde Adeyẹmí'],
  ),
  place(
    ['3', 'ghana', 'GHS'],
    [5_000, 500_000],
    [
      ['Greater Accra', 'Accra'],
      ['Ashanti', 'Kumasi'],
    ],
    ['Ama Mensah', 'Kofi Boateng', 'Efua Owusu'],
  ),
  place(
    ['4', 'uganda', 'UGX'],
    [1_000_000, 150_000_000],
    [
      ['Central', 'Kampala'],
      ['Western', 'Mbarara'],
    ],
    ['Nakato Namukasa', 'Okello Ochieng'],
  ),
  place(
    ['5', 'morocco', 'MAD'],
    [5_000, 400_000],
    [
      ['Casablanca-Settat', 'Casablanca'],
      ['Fès-Meknès', 'Fès'],
    ],
    ['Youssef El Idrissi', 'Salma Bennani'],
  ),
  place(
    ['6', 'senegal', 'XOF'],
    [200_000, 25_000_000],
    [
      ['Dakar', 'Dakar'],
      ['Thiès', 'Thiès'],
    ],
    ['Fatou Diop', 'Mamadou Ndiaye'],
  ),
  place(
    ['7', 'egypt', 'EGP'],
    [20_000, 2_000_000],
    [
      ['Cairo', 'Cairo'],
      ['Alexandria', 'Alexandria'],
    ],
    ['Ahmed Hassan', 'Mariam Fathy'],
  ),
];
