/**
 * Bench of the valuation engine, each figure beside the plain way of computing the same in the same run: ten years of a portfolio
 * with 50 holdings and 5,000 trades (daily values, both returns, risk, the points of the page), and 10,000 portfolios of 200
 * positions valued again when prices arrive. Pure computation: no database, no network.
 */
import { assert } from '#kernel';
import { type LiveHolding, openLiveValues, openValuationTrial } from '#portfolios';
import { type BenchSection, type Figure, percentile } from './section.ts';

const ROUNDS = 31;
const PORTFOLIOS = 10_000;
const POSITIONS = 200;
const INSTRUMENTS = 5_000;
const TICKS = 50; // What one poll of a provider brings.
const MIB = 1024 ** 2;

export const section: BenchSection = {
  title: 'Valuation engine: full history of a portfolio, live values of many',
  run: async () => [...(await fullAnalytics()), ...liveValues()],
};

function medianMs(work: () => unknown, rounds = ROUNDS): number {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    work();
    samples.push(performance.now() - startedMs);
  }
  return percentile(samples, 0.5);
}

async function fullAnalytics(): Promise<Figure[]> {
  const trial = await openValuationTrial({ holdings: 50, trades: 5_000, years: 10 });
  assert(trial.engine() === trial.naive(), 'bench: both ways give the same return to the last digit');
  const prepared: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedMs = performance.now();
    await trial.prepare();
    prepared.push(performance.now() - startedMs);
  }
  const engineMs = medianMs(trial.engine);
  const naiveMs = medianMs(trial.naive);
  return [
    { name: '50 holdings, 5,000 trades, ten years: engine, median', value: engineMs, unit: 'ms', atMost: 10 },
    { name: '  the same day by day from the book, median', value: naiveMs, unit: 'ms' },
    { name: '  times faster', value: naiveMs / engineMs, unit: 'x' },
    { name: '  its columns made, first look, median', value: percentile(prepared, 0.5), unit: 'ms' },
    { name: '  memory of its columns', value: trial.sizeBytes / MIB, unit: 'MiB' },
    { name: '  exact ledger folded from nothing, once a start', value: medianMs(trial.fold, 5), unit: 'ms' },
  ];
}

function liveValues(): Figure[] {
  let state = 7;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const portfolios = Array.from({ length: PORTFOLIOS }, () =>
    Array.from({ length: POSITIONS }, (): LiveHolding => ({
      instrument: Math.floor(random() * INSTRUMENTS),
      quantity: 1 + random() * 100,
    })),
  );
  const live = openLiveValues(portfolios, INSTRUMENTS);
  const everything = Int32Array.from({ length: INSTRUMENTS }, (_unused, index) => index);
  const prices = new Map<number, number>();
  const ticks = (instruments: Int32Array): Float64Array => Float64Array.from(instruments, () => 1 + random() * 500);
  const all = ticks(everything);
  const wholeMs = medianMs(() => live.take(everything, all));
  for (const [index, price] of all.entries()) prices.set(index, price);
  const naive = (): number[] =>
    portfolios.map((holdings) =>
      holdings.reduce(
        (total, { instrument, quantity }) => total + quantity * (prices.get(instrument) ?? Number.NaN),
        0,
      ),
    );
  const plain = naive();
  assert(
    plain.every((value, index) => value === live.values[index]),
    'bench: both ways give the same values to the last digit',
  );
  const naiveMs = medianMs(naive, 5);
  const one = everything.slice(0, TICKS);
  return [
    { name: '10,000 portfolios x 200 positions, every price, median', value: wholeMs, unit: 'ms', atMost: 20 },
    { name: '  the same over objects and a map, median', value: naiveMs, unit: 'ms' },
    { name: '  times faster', value: naiveMs / wholeMs, unit: 'x' },
    { name: `  a batch of ${TICKS} prices, median`, value: medianMs(() => live.take(one, ticks(one))), unit: 'ms' },
    { name: '  one price, median', value: medianMs(() => live.take(one.slice(0, 1), ticks(one))), unit: 'ms' },
    { name: '  memory of its columns', value: live.sizeBytes / MIB, unit: 'MiB' },
  ];
}
