/**
 * Figures of Spanish law by year. Amounts in euros, rates in percent.
 * Sources: how much of the other balance a loss may take, LIRPF art. 49.1 and its disposición transitoria duodécima; scale of
 * the savings base, LIRPF arts. 66 and 76 (state and regional halves added), as amended by Ley 11/2020, Ley 31/2022 and Ley 7/2024.
 */
import { Decimal } from '#kernel';

export const FIRST_YEAR = 2015; // Before, a gain of less than a year was taxed elsewhere; that is not computed.
export const CARRY_YEARS = 4; // LIRPF art. 49.1: the four years that follow.

/** Percent of a positive balance that losses of the other kind may take. */
export function crossLimitPercent(year: number): bigint {
  if (year >= 2018) return 25n;
  return ({ 2017: 20n, 2016: 15n, 2015: 10n } as Readonly<Record<number, bigint>>)[year] ?? 0n;
}

type Band = readonly [upTo: number | null, percent: bigint];

const SCALES: readonly (readonly [since: number, bands: readonly Band[]])[] = [
  [
    2025,
    [
      [6_000, 19n],
      [50_000, 21n],
      [200_000, 23n],
      [300_000, 27n],
      [null, 30n],
    ],
  ],
  [
    2023,
    [
      [6_000, 19n],
      [50_000, 21n],
      [200_000, 23n],
      [300_000, 27n],
      [null, 28n],
    ],
  ],
  [
    2021,
    [
      [6_000, 19n],
      [50_000, 21n],
      [200_000, 23n],
      [null, 26n],
    ],
  ],
  [
    2016,
    [
      [6_000, 19n],
      [50_000, 21n],
      [null, 23n],
    ],
  ],
];
const HUNDRED = Decimal.of(100n);

/** Tax on a savings base that stands alone: no personal minimum, no other income. Null before the scales known here. */
export function savingsTax(base: Decimal, year: number): Decimal | null {
  const bands = SCALES.find(([since]) => year >= since)?.[1];
  if (!bands) return null;
  let tax = Decimal.zero;
  let from = Decimal.zero;
  for (const [upTo, percent] of bands) {
    const top = upTo === null ? base : Decimal.of(BigInt(upTo));
    const end = base.compare(top) < 0 ? base : top;
    if (end.compare(from) > 0) tax = tax.plus(end.minus(from).times(Decimal.of(percent)));
    from = top;
  }
  return tax.dividedBy(HUNDRED, 2, 'half-up');
}
