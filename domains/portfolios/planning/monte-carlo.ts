/**
 * Monte Carlo of a goal: what monthly payments and a changing market may leave. Floats: chances and percentiles are
 * statistics, never money that is booked. Everything is told in the money of today (divided by the inflation so far);
 * payments keep their purchasing power, so they grow with it. A payment counts at the start of its month.
 * Methods: `parametric` draws monthly log-normal growth whose median is the yearly return (log mean ln(1 + r) / 12, deviation
 * v / root 12); `bootstrap` links blocks of consecutive months cut at random from a history of daily returns, wrapping
 * around its end, so that bad months keep each other's company. A path that runs out stays at nothing.
 * The same seed gives the same result: path i has a generator of its own (sfc32 by Chris Doty-Humphrey, public domain),
 * whatever the order or the number of turns.
 */
export type GrowthModel =
  | { readonly method: 'parametric'; readonly returnRatio: number; readonly volatilityRatio: number }
  | { readonly method: 'bootstrap'; readonly dailyRatios: Float64Array; readonly blockMonths: number };

export interface GoalPlan {
  readonly startValue: number;
  /** Positive is paid in, negative taken out, each month, in the money of today. */
  readonly monthlyFlow: number;
  readonly monthCount: number;
  readonly targetValue: number;
  readonly inflationRatio: number;
  readonly growth: GrowthModel;
  readonly seed: number;
  readonly pathCount: number;
}

export const PERCENTILES = [5, 25, 50, 75, 95] as const;

export interface GoalOutcome {
  /** For the start, each whole year and the end: month and the value at each of `PERCENTILES`, in the money of today. */
  readonly steps: readonly { readonly month: number; readonly values: readonly number[] }[];
  /** Share of paths that end at the target or above. */
  readonly successRatio: number;
  /** Share of paths that ran out before the end. */
  readonly ruinRatio: number;
}

const MONTHS_A_YEAR = 12;
const DAYS_A_MONTH = 365 / MONTHS_A_YEAR;

/** Runs every path. `turn` is awaited between batches of paths, so that nobody else waits for the whole. */
export async function simulateGoal(
  plan: GoalPlan,
  turn: () => Promise<void> = async () => undefined,
): Promise<GoalOutcome> {
  const months = stepMonths(plan.monthCount);
  const values = months.map(() => new Float64Array(plan.pathCount));
  const draw = growthOf(plan.growth);
  let [successes, ruins] = [0, 0];
  for (let path = 0; path < plan.pathCount; path += 1) {
    const end = runPath(plan, { path, months, values, draw });
    if (end.value >= plan.targetValue) successes += 1;
    if (end.isRuined) ruins += 1;
    if (path % PATHS_A_TURN === PATHS_A_TURN - 1) await turn();
  }
  return {
    steps: months.map((month, index) => ({ month, values: percentilesOf(values[index] ?? new Float64Array(0)) })),
    successRatio: successes / plan.pathCount,
    ruinRatio: ruins / plan.pathCount,
  };
}

const PATHS_A_TURN = 100; // A few milliseconds of forty years.

function stepMonths(monthCount: number): number[] {
  const months = [];
  for (let month = 0; month < monthCount; month += MONTHS_A_YEAR) months.push(month);
  return [...months, monthCount];
}

interface Run {
  readonly path: number;
  readonly months: readonly number[];
  readonly values: readonly Float64Array[];
  readonly draw: (random: () => number) => () => number;
}

function runPath(
  plan: GoalPlan,
  { path, months, values, draw }: Run,
): { readonly value: number; readonly isRuined: boolean } {
  const nextGrowth = draw(generatorOf(plan.seed, path));
  const monthlyInflation = (1 + plan.inflationRatio) ** (1 / MONTHS_A_YEAR);
  let value = plan.startValue;
  let isRuined = false;
  let step = 0;
  for (let month = 0; ; month += 1) {
    if (months[step] === month) {
      const column = values[step];
      if (column) column[path] = value;
      step += 1;
    }
    if (month === plan.monthCount) return { value, isRuined };
    // In the money of today payments are level and growth is what inflation leaves of it.
    const funded = isRuined ? 0 : value + plan.monthlyFlow;
    if (funded < 0) isRuined = true;
    value = funded <= 0 ? 0 : (funded * nextGrowth()) / monthlyInflation;
  }
}

/** A source of monthly growth factors for each path. */
function growthOf(growth: GrowthModel): Run['draw'] {
  if (growth.method === 'parametric') {
    const mean = Math.log1p(growth.returnRatio) / MONTHS_A_YEAR;
    const deviation = growth.volatilityRatio / Math.sqrt(MONTHS_A_YEAR);
    return (random) => () => Math.exp(mean + deviation * normalOf(random));
  }
  const { dailyRatios, blockMonths } = growth;
  const days = dailyRatios.length;
  const logs = new Float64Array(days + 1);
  for (const [index, ratio] of dailyRatios.entries()) logs[index + 1] = (logs[index] ?? 0) + Math.log1p(ratio);
  const whole = logs[days] ?? 0;
  /** Log growth from the first day of the history to any later one, going round. */
  const upTo = (day: number): number => Math.floor(day / days) * whole + (logs[day % days] ?? 0);
  return (random) => {
    let [start, month] = [0, blockMonths];
    return () => {
      if (month >= blockMonths) [start, month] = [Math.floor(random() * days), 0];
      const [from, to] = [month, month + 1].map((each) => start + Math.round(each * DAYS_A_MONTH));
      month += 1;
      return Math.exp(upTo(to ?? 0) - upTo(from ?? 0));
    };
  };
}

/** Values by nearest rank. */
function percentilesOf(values: Float64Array): number[] {
  const sorted = values.toSorted();
  return PERCENTILES.map((percent) => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0);
}

/** Standard normal by Box and Muller. */
function normalOf(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Uniform in [0, 1), a stream of its own for each path of a seed. */
function generatorOf(seed: number, path: number): () => number {
  let [a, b, c, counter] = [seed | 0, path | 0, 0x9e37_79b9 | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  // Fifteen rounds mix a seed into all of its state, as its author says.
  for (let round = 0; round < 15; round += 1) next();
  return next;
}
