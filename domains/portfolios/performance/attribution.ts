/**
 * Attribution: why a portfolio did better or worse than a blend of instruments, by group (class or currency) and by holding.
 * Units: ratios; floats, statistics only. Method: Brinson and Fachler (1985) day by day, with group weight w and return R of the
 * portfolio at the start of the day, v and B of the blend (rebalanced every day), b the blend's return:
 *   allocation (w - v)(B - b), selection v(R - B), interaction (w - v)(R - B).
 * A group that the blend does not hold has no B: all of it, wR - wb, is allocation. One that the portfolio hardly holds has
 * no R: what it earned is interaction. Days are linked as Carino (1999) does, each by its own factor, so that the effects add
 * up to the difference of the two returns over the whole period: the residual is zero but for the rounding of floats.
 */
export interface AttributedRow {
  readonly id: string;
  readonly group: string;
  /** What worked on each day: the value of the day before and what was put in at its start; and what became of it. */
  readonly bases: Float64Array;
  readonly ends: Float64Array;
}

export interface BlendPart {
  readonly group: string;
  /** Share of the blend; all of them are one. */
  readonly weightRatio: number;
  /** Return of each day. */
  readonly dailyRatios: Float64Array;
}

export interface AttributionInput {
  /** Every holding and the cash; each day they add up to the portfolio. */
  readonly rows: readonly AttributedRow[];
  readonly blend: readonly BlendPart[];
  readonly dayCount: number;
}

export interface GroupAttribution {
  readonly name: string;
  /** Means of the days. */
  readonly weightRatio: number;
  readonly benchmarkWeightRatio: number;
  /** Linked return of the group; null when it was hardly held. And of the blend's part; null when it has none. */
  readonly ratio: number | null;
  readonly benchmarkRatio: number | null;
  readonly allocation: number;
  readonly selection: number;
  readonly interaction: number;
}

export interface RowAttribution {
  readonly id: string;
  readonly weightRatio: number;
  /** Part of the portfolio's return; the rows add up to it. */
  readonly contribution: number;
  /** What it earned beyond its group's part of the blend (beyond the whole blend where that has no such part). */
  readonly excess: number;
}

export interface Attribution {
  readonly ratio: number;
  readonly benchmarkRatio: number;
  readonly groups: readonly GroupAttribution[];
  readonly rows: readonly RowAttribution[];
  /** The difference of the returns less all effects: the rounding of floats. */
  readonly residual: number;
}

export type AttributionGap = 'value_unknown' | 'base_not_positive';

/** Group and row of what is not in any instrument. */
export const CASH = 'cash';
const NOTHING = 1e-9; // Below this a value is the rounding of sums, not money.
const WEIGHT_MIN = 1e-6; // A return on less than a millionth of the portfolio says nothing.

/** Takes the difference of the two returns apart; or why it cannot be. */
export function attributionOf(input: AttributionInput): Attribution | AttributionGap {
  const days = portfolioDays(input);
  if (typeof days === 'string') return days;
  const blend = blendDays(input);
  const groups = groupsOf(input);
  const linked = linkFactors(days.ratios, blend.ratios);
  if (!linked) return 'base_not_positive';
  const attributed = groups.map((group) => attributeGroup(group, { input, days, blend, factors: linked.factors }));
  const rows = input.rows.map((row) => attributeRow(row, { input, days, blend, linked }));
  const effects = attributed.reduce(
    (sum, { allocation, selection, interaction }) => sum + allocation + selection + interaction,
    0,
  );
  return {
    ratio: linked.ratio,
    benchmarkRatio: linked.benchmarkRatio,
    groups: attributed,
    rows,
    residual: linked.ratio - linked.benchmarkRatio - effects,
  };
}

interface PortfolioDays {
  readonly bases: Float64Array;
  readonly ratios: Float64Array;
}

function portfolioDays({ rows, dayCount }: AttributionInput): PortfolioDays | AttributionGap {
  const bases = new Float64Array(dayCount);
  const ends = new Float64Array(dayCount);
  for (const row of rows) addInto(bases, row.bases);
  for (const row of rows) addInto(ends, row.ends);
  const ratios = new Float64Array(dayCount);
  for (let day = 0; day < dayCount; day += 1) {
    const [base, end] = [bases[day] ?? 0, ends[day] ?? 0];
    if (Number.isNaN(base) || Number.isNaN(end)) return 'value_unknown';
    if (Math.abs(base) < NOTHING && Math.abs(end) < NOTHING) continue;
    if (base < NOTHING) return 'base_not_positive';
    ratios[day] = end / base - 1;
  }
  return { bases, ratios };
}

function addInto(sum: Float64Array, part: Float64Array): void {
  for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + (part[index] ?? 0);
}

interface BlendDays {
  readonly ratios: Float64Array;
  /** Weight of each group, and what it adds to the blend's return of each day. */
  readonly groups: ReadonlyMap<string, { readonly weightRatio: number; readonly ratios: Float64Array }>;
}

function blendDays({ blend, dayCount }: AttributionInput): BlendDays {
  const ratios = new Float64Array(dayCount);
  const groups = new Map<string, { weightRatio: number; ratios: Float64Array }>();
  for (const { group, weightRatio, dailyRatios } of blend) {
    const own = groups.get(group) ?? { weightRatio: 0, ratios: new Float64Array(dayCount) };
    groups.set(group, own);
    own.weightRatio += weightRatio;
    for (let day = 0; day < dayCount; day += 1) {
      const added = weightRatio * (dailyRatios[day] ?? 0);
      own.ratios[day] = (own.ratios[day] ?? 0) + added;
      ratios[day] = (ratios[day] ?? 0) + added;
    }
  }
  for (const { weightRatio, ratios: own } of groups.values()) {
    for (let day = 0; day < dayCount; day += 1) own[day] = weightRatio === 0 ? 0 : (own[day] ?? 0) / weightRatio;
  }
  return { ratios, groups };
}

interface Group {
  readonly name: string;
  readonly bases: Float64Array;
  readonly gains: Float64Array;
}

/** Rows by group, and the groups that only the blend has. */
function groupsOf({ rows, blend, dayCount }: AttributionInput): Group[] {
  const groups = new Map<string, Group>();
  const groupOf = (name: string): Group => {
    const known = groups.get(name) ?? { name, bases: new Float64Array(dayCount), gains: new Float64Array(dayCount) };
    groups.set(name, known);
    return known;
  };
  for (const row of rows) {
    const group = groupOf(row.group);
    addInto(group.bases, row.bases);
    addInto(group.gains, gainsOf(row));
  }
  for (const { group } of blend) groupOf(group);
  groupOf(CASH);
  return [...groups.values()];
}

function gainsOf({ bases, ends }: AttributedRow): Float64Array {
  return ends.map((end, day) => end - (bases[day] ?? 0));
}

interface Linked {
  readonly ratio: number;
  readonly benchmarkRatio: number;
  /** Of each day's difference, and of each day's own return. */
  readonly factors: Float64Array;
  readonly ownFactors: Float64Array;
}

/** Carino's factors; null when a day or the whole lost everything, of which there is no logarithm. */
function linkFactors(ratios: Float64Array, benchmark: Float64Array): Linked | null {
  let [growth, benchmarkGrowth] = [1, 1];
  for (const [day, ratio] of ratios.entries()) {
    growth *= 1 + ratio;
    benchmarkGrowth *= 1 + (benchmark[day] ?? 0);
  }
  const [ratio, benchmarkRatio] = [growth - 1, benchmarkGrowth - 1];
  const whole = slope(ratio, benchmarkRatio);
  const factors = ratios.map((own, day) => slope(own, benchmark[day] ?? 0) / whole);
  const ownWhole = slope(ratio, 0);
  const ownFactors = ratios.map((own) => slope(own, 0) / ownWhole);
  return [...factors, ...ownFactors].every(Number.isFinite) ? { ratio, benchmarkRatio, factors, ownFactors } : null;
}

/** (ln(1 + a) - ln(1 + b)) / (a - b), and its limit where both are alike. */
function slope(a: number, b: number): number {
  const distance = (a - b) / (1 + b);
  // ln(1 + x) / x of the relative distance: exact also where the two nearly agree.
  return (Math.abs(distance) < 1e-12 ? 1 : Math.log1p(distance) / distance) / (1 + b);
}

interface Context {
  readonly input: AttributionInput;
  readonly days: PortfolioDays;
  readonly blend: BlendDays;
}

function attributeGroup(
  group: Group,
  { input, days, blend, factors }: Context & { readonly factors: Float64Array },
): GroupAttribution {
  const part = blend.groups.get(group.name);
  const sum = { allocation: 0, selection: 0, interaction: 0, weight: 0, growth: 1, benchmarkGrowth: 1, heldDays: 0 };
  for (let day = 0; day < input.dayCount; day += 1) {
    const factor = factors[day] ?? 0;
    const [weight, gain] = dayShare(group, { days, day });
    const all = blend.ratios[day] ?? 0;
    sum.weight += weight;
    const isHeld = Math.abs(weight) >= WEIGHT_MIN;
    if (isHeld) {
      sum.growth *= 1 + gain / weight;
      sum.heldDays += 1;
    }
    if (!part || part.weightRatio === 0) {
      sum.allocation += factor * (gain - weight * all);
      continue;
    }
    const own = part.ratios[day] ?? 0;
    sum.benchmarkGrowth *= 1 + own;
    const over = weight - part.weightRatio;
    sum.allocation += factor * over * (own - all);
    if (isHeld) {
      sum.selection += factor * part.weightRatio * (gain / weight - own);
      sum.interaction += factor * over * (gain / weight - own);
    } else sum.interaction += factor * (gain - weight * own);
  }
  return {
    name: group.name,
    weightRatio: sum.weight / input.dayCount,
    benchmarkWeightRatio: part?.weightRatio ?? 0,
    ratio: sum.heldDays === 0 ? null : sum.growth - 1,
    benchmarkRatio: part ? sum.benchmarkGrowth - 1 : null,
    allocation: sum.allocation,
    selection: sum.selection,
    interaction: sum.interaction,
  };
}

/** A part's weight at the start of a day and what it adds to the portfolio's return. A day with nothing invested is all cash. */
function dayShare(
  part: { readonly name: string; readonly bases: Float64Array; readonly gains: Float64Array },
  { days, day }: { readonly days: PortfolioDays; readonly day: number },
): readonly [weight: number, gain: number] {
  const base = days.bases[day] ?? 0;
  if (base < NOTHING) return [part.name === CASH ? 1 : 0, 0];
  return [(part.bases[day] ?? 0) / base, (part.gains[day] ?? 0) / base];
}

function attributeRow(
  row: AttributedRow,
  { input, days, blend, linked }: Context & { readonly linked: Linked },
): RowAttribution {
  const part = blend.groups.get(row.group);
  const share = { name: row.id, bases: row.bases, gains: gainsOf(row) };
  const sum = { weight: 0, contribution: 0, excess: 0 };
  for (let day = 0; day < input.dayCount; day += 1) {
    const [weight, gain] = dayShare(share, { days, day });
    const against = part && part.weightRatio !== 0 ? (part.ratios[day] ?? 0) : (blend.ratios[day] ?? 0);
    sum.weight += weight;
    sum.contribution += (linked.ownFactors[day] ?? 0) * gain;
    sum.excess += (linked.factors[day] ?? 0) * (gain - weight * against);
  }
  return {
    id: row.id,
    weightRatio: sum.weight / input.dayCount,
    contribution: sum.contribution,
    excess: sum.excess,
  };
}
