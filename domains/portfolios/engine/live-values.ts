/**
 * Live values: what many portfolios are worth after a batch of prices. Units: floats in one currency, for charts, order and
 * thresholds; the figure a person acts on is the exact one. Method: all portfolios' units in one column, portfolio after
 * portfolio, and for each instrument the list of its holders; a batch that touches few portfolios values those again in full
 * (so nothing drifts), one that touches most walks the whole column once.
 */
export interface LiveHolding {
  readonly instrument: number;
  readonly quantity: number;
}

export interface LiveValues {
  /** Value of each portfolio; NaN while a price of something it holds is unknown. */
  readonly values: Float64Array;
  /** Bytes of its columns. */
  readonly sizeBytes: number;
  /** Takes prices of some instruments (in the values' currency) and gives the portfolios that were valued again. */
  take(instruments: Int32Array, prices: Float64Array): Int32Array;
}

const WHOLE_SHARE = 0.5; // Above it one straight walk beats looking each portfolio up.

/** Opens the values of portfolios over `instrumentCount` instruments, none of which has a price yet. */
export function openLiveValues(portfolios: readonly (readonly LiveHolding[])[], instrumentCount: number): LiveValues {
  const size = portfolios.reduce((total, holdings) => total + holdings.length, 0);
  const starts = new Int32Array(portfolios.length + 1);
  const instruments = new Int32Array(size);
  const quantities = new Float64Array(size);
  const holderStarts = new Int32Array(instrumentCount + 1);
  let place = 0;
  for (const [portfolio, holdings] of portfolios.entries()) {
    for (const { instrument, quantity } of holdings) {
      instruments[place] = instrument;
      quantities[place] = quantity;
      holderStarts[instrument + 1] = (holderStarts[instrument + 1] ?? 0) + 1;
      place += 1;
    }
    starts[portfolio + 1] = place;
  }
  for (let index = 0; index < instrumentCount; index += 1) {
    holderStarts[index + 1] = (holderStarts[index + 1] ?? 0) + (holderStarts[index] ?? 0);
  }
  const holders = holdersOf({ starts, instruments, holderStarts });
  const prices = new Float64Array(instrumentCount).fill(Number.NaN);
  const values = new Float64Array(portfolios.length);
  const columns = { starts, instruments, quantities, prices, values };
  const marks = new Uint8Array(portfolios.length);
  const touched = new Int32Array(portfolios.length);
  for (let portfolio = 0; portfolio < portfolios.length; portfolio += 1)
    values[portfolio] = valueOf(columns, portfolio);
  const parts = [starts, instruments, quantities, holderStarts, holders, prices, values, marks, touched];
  return {
    values,
    sizeBytes: parts.reduce((total, part) => total + part.byteLength, 0),
    take: (ticked, fresh) => {
      let count = 0;
      for (let index = 0; index < ticked.length; index += 1) {
        const instrument = ticked[index] ?? 0;
        prices[instrument] = fresh[index] ?? Number.NaN;
        for (let holder = holderStarts[instrument] ?? 0; holder < (holderStarts[instrument + 1] ?? 0); holder += 1) {
          const portfolio = holders[holder] ?? 0;
          if (marks[portfolio] === 1) continue;
          marks[portfolio] = 1;
          touched[count] = portfolio;
          count += 1;
        }
        // Everybody is touched: the rest only brings its price.
        if (count === marks.length) {
          for (index += 1; index < ticked.length; index += 1) prices[ticked[index] ?? 0] = fresh[index] ?? Number.NaN;
        }
      }
      const valued = touched.slice(0, count);
      if (count > marks.length * WHOLE_SHARE) valued.sort();
      for (const portfolio of valued) {
        marks[portfolio] = 0;
        values[portfolio] = valueOf(columns, portfolio);
      }
      return valued;
    },
  };
}

interface HolderColumns {
  readonly starts: Int32Array;
  readonly instruments: Int32Array;
  readonly holderStarts: Int32Array;
}

/** Portfolios by instrument: the holders of one after those of another. */
function holdersOf({ starts, instruments, holderStarts }: HolderColumns): Int32Array {
  const holders = new Int32Array(instruments.length);
  const next = holderStarts.slice();
  for (let portfolio = 0; portfolio + 1 < starts.length; portfolio += 1) {
    for (let place = starts[portfolio] ?? 0; place < (starts[portfolio + 1] ?? 0); place += 1) {
      const instrument = instruments[place] ?? 0;
      const at = next[instrument] ?? 0;
      holders[at] = portfolio;
      next[instrument] = at + 1;
    }
  }
  return holders;
}

interface ValueColumns {
  readonly starts: Int32Array;
  readonly instruments: Int32Array;
  readonly quantities: Float64Array;
  readonly prices: Float64Array;
}

function valueOf({ starts, instruments, quantities, prices }: ValueColumns, portfolio: number): number {
  const end = starts[portfolio + 1] ?? 0;
  let value = 0;
  for (let place = starts[portfolio] ?? 0; place < end; place += 1) {
    value += (quantities[place] ?? 0) * (prices[instruments[place] ?? 0] ?? Number.NaN);
  }
  return value;
}
