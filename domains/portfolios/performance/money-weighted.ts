/**
 * Money-weighted return: the yearly rate at which flows and end value balance (XIRR). Units: amounts are floats of one
 * currency (negative = paid in, positive = taken out), days are epoch days, rates are ratios a year of 365 days.
 * Method: with x = ln(1 + rate) the present value is a sum of exponentials, whose real roots are at most its changes of
 * sign (Descartes' rule, Laguerre 1883). One change: one root, bracketed outwards and bisected. More: the whole range
 * is searched, touching points included, and the answer says whether there is one root, several or none.
 * A root counts only when the present value around it changes sign or vanishes; a rate is never extrapolated.
 */
import { assert } from '#kernel';

export interface DatedFlow {
  readonly day: number;
  readonly flow: number;
}

/** `undefined`: the question has no meaning (nothing paid in, nothing taken out, or all on one day). */
export type RateStatus = 'unique' | 'multiple' | 'none' | 'undefined';

export interface MoneyWeighted {
  /** The rate; of several the one nearest to zero, and `roots` has them all. Null without a root. */
  readonly rate: number | null;
  readonly status: RateStatus;
  /** Present value left at `rate`, in the flows' currency; without a rate, the plain sum of the flows. */
  readonly residual: number;
  readonly roots: readonly number[];
}

const DAYS_A_YEAR = 365;
const BISECTIONS_MAX = 200; // Halving any double's range below its precision takes fewer.
const SEARCH_STEPS = 4_000; // Steps of 0.015 in ln(1 + rate): two roots closer than that still show as a turning point.
const SEARCH_SPAN = 30; // ln(1 + rate) from -30 to 30: a loss of all but 10^-13, or ten billion fold a year.
const BRACKET_DOUBLINGS_MAX = 60;
const GROWTH_MIN = 1e-7; // Nearer to a total loss a double no longer tells one rate from the next.
const TOUCH_RATIO = 1e-12; // A turning point this close to zero, against the sum of sizes, is a double root.

/** The money-weighted rate of dated flows, in any order; flows of one day are added up. */
export function moneyWeighted(flows: readonly DatedFlow[]): MoneyWeighted {
  const terms = termsOf(flows);
  const sum = terms.reduce((total, term) => total + term.flow, 0);
  const changes = signChanges(terms);
  const [first] = terms;
  if (!first || changes === 0) return { rate: null, status: 'undefined', residual: sum, roots: [] };
  const found = changes === 1 || hasOneRate(terms) ? [onlyRoot(terms)] : allRoots(terms);
  const roots = found
    .filter((logRate) => logRate !== null)
    .map((logRate) => Math.expm1(logRate))
    .filter((rate) => Number.isFinite(rate) && 1 + rate >= GROWTH_MIN);
  const nearest = roots.toSorted((left, right) => Math.abs(left) - Math.abs(right))[0];
  if (nearest === undefined) {
    return { rate: null, status: changes === 1 ? 'undefined' : 'none', residual: sum, roots: [] };
  }
  const status = roots.length === 1 ? 'unique' : 'multiple';
  return { rate: nearest, status, residual: presentValue(terms, nearest), roots };
}

interface Term {
  /** Years after the first flow. */
  readonly years: number;
  readonly flow: number;
}

function termsOf(flows: readonly DatedFlow[]): Term[] {
  const byDay = new Map<number, number>();
  for (const { day, flow } of flows) {
    assert(Number.isFinite(flow) && Number.isInteger(day), 'money-weighted: flows are finite and dated by whole days');
    byDay.set(day, (byDay.get(day) ?? 0) + flow);
  }
  const days = [...byDay].filter(([, flow]) => flow !== 0).toSorted(([left], [right]) => left - right);
  const origin = days[0]?.[0] ?? 0;
  return days.map(([day, flow]) => ({ years: (day - origin) / DAYS_A_YEAR, flow }));
}

function signChanges(terms: readonly Term[]): number {
  return terms.filter((term, index) => index > 0 && term.flow * (terms[index - 1]?.flow ?? 0) < 0).length;
}

/**
 * True when the running sums prove that there is exactly one rate (Laguerre 1883, as Norstrøm 1972 uses it): there are at most as
 * many positive rates as the sums from the first flow on change sign, and as many negative ones as the sums from the last flow
 * back. A book of thousands of flows is then spared the search of the whole range.
 */
function hasOneRate(terms: readonly Term[]): boolean {
  const onwards = sumChanges(terms);
  const backwards = sumChanges(terms.toReversed());
  return onwards.total !== 0 && onwards.count + backwards.count === 1;
}

function sumChanges(terms: readonly Term[]): { readonly count: number; readonly total: number } {
  let [total, sign, count] = [0, 0, 0];
  for (const { flow } of terms) {
    total += flow;
    if (total === 0) continue;
    if (sign !== 0 && Math.sign(total) !== sign) count += 1;
    sign = Math.sign(total);
  }
  return { count, total };
}

/** Present value at a yearly rate, in the flows' currency. */
function presentValue(terms: readonly Term[], rate: number): number {
  const logRate = Math.log1p(rate);
  return terms.reduce((total, { years, flow }) => total + flow * Math.exp(-years * logRate), 0);
}

/** The present value divided by its largest discount factor and by the size of the flows: same sign, never overflows. */
function scaledValue(terms: readonly Term[], logRate: number): number {
  const span = terms.at(-1)?.years ?? 0;
  const largest = logRate < 0 ? -span * logRate : 0;
  let value = 0;
  let size = 0;
  for (const { years, flow } of terms) {
    const weight = Math.exp(-years * logRate - largest);
    value += flow * weight;
    size += Math.abs(flow) * weight;
  }
  return size === 0 ? 0 : value / size;
}

function onlyRoot(terms: readonly Term[]): number | null {
  let reach = 0.25;
  for (let doubling = 0; doubling < BRACKET_DOUBLINGS_MAX; doubling += 1) {
    const root = bisect(terms, -reach, reach);
    if (root !== null) return root;
    reach *= 2;
  }
  return null;
}

/** The root between two points of unlike sign; null when the signs are alike. */
function bisect(terms: readonly Term[], from: number, to: number): number | null {
  let [low, high] = [from, to];
  const atLow = scaledValue(terms, low);
  const atHigh = scaledValue(terms, high);
  if (atLow === 0) return low;
  if (atHigh === 0) return high;
  if (atLow > 0 === atHigh > 0) return null;
  for (let step = 0; step < BISECTIONS_MAX && low < high; step += 1) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (scaledValue(terms, middle) > 0 === atLow > 0) low = middle;
    else high = middle;
  }
  return Math.abs(scaledValue(terms, low)) <= Math.abs(scaledValue(terms, high)) ? low : high;
}

function allRoots(terms: readonly Term[]): number[] {
  const step = (2 * SEARCH_SPAN) / SEARCH_STEPS;
  const points = Array.from({ length: SEARCH_STEPS + 1 }, (_unused, index) => -SEARCH_SPAN + index * step);
  const values = gridValues(terms, step);
  const roots: number[] = [];
  for (const [index, point] of points.entries()) {
    const [before, here, after] = [values[index - 1], values[index] ?? 0, values[index + 1]];
    if (here === 0) roots.push(point);
    else if (after !== undefined && here * after < 0) roots.push(bisect(terms, point, point + step) ?? point);
    else if (before !== undefined && after !== undefined && turnsTowardsZero({ before, here, after })) {
      roots.push(...rootsAtTurn(terms, { from: point - step, to: point + step }));
    }
  }
  return roots.toSorted((left, right) => left - right).filter((root, index, all) => root !== all[index - 1]);
}

/**
 * `scaledValue` at every point of the grid. Neighbours differ by one factor a term, so each weight is the last one times it:
 * outwards from zero, where every weight is one and from where they only shrink.
 */
function gridValues(terms: readonly Term[], step: number): Float64Array {
  const values = new Float64Array(SEARCH_STEPS + 1);
  const middle = SEARCH_STEPS / 2;
  const span = terms.at(-1)?.years ?? 0;
  const flows = Float64Array.from(terms, ({ flow }) => flow);
  for (const direction of [1, -1] as const) {
    const factors = Float64Array.from(terms, ({ years }) => Math.exp(-(direction === 1 ? years : span - years) * step));
    const weights = new Float64Array(terms.length).fill(1);
    for (let distance = 0; distance <= middle; distance += 1) {
      let value = 0;
      let size = 0;
      for (let index = 0; index < flows.length; index += 1) {
        const weighted = (flows[index] ?? 0) * (weights[index] ?? 0);
        value += weighted;
        size += Math.abs(weighted);
        weights[index] = (weights[index] ?? 0) * (factors[index] ?? 0);
      }
      values[middle + direction * distance] = size === 0 ? 0 : value / size;
    }
  }
  return values;
}

function turnsTowardsZero({ before, here, after }: { before: number; here: number; after: number }): boolean {
  const size = Math.abs(here);
  return before * here > 0 && after * here > 0 && size <= Math.abs(before) && size <= Math.abs(after);
}

/** Between two steps the value may touch zero or cross it twice: looks closer, by golden section on its size. */
function rootsAtTurn(terms: readonly Term[], range: { readonly from: number; readonly to: number }): number[] {
  const sign = Math.sign(scaledValue(terms, range.from));
  const height = (point: number): number => sign * scaledValue(terms, point);
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [range.from, range.to];
  for (let step = 0; step < BISECTIONS_MAX && high - low > 1e-14 * Math.max(1, Math.abs(low)); step += 1) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (height(left) < height(right)) high = right;
    else low = left;
  }
  const bottom = low + (high - low) / 2;
  if (height(bottom) > TOUCH_RATIO) return [];
  if (height(bottom) >= -TOUCH_RATIO) return [bottom];
  return [bisect(terms, range.from, bottom), bisect(terms, bottom, range.to)].filter((root) => root !== null);
}
