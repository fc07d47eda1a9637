/**
 * Case files of planning: a model, what is held, a wish, and what must come out; to be redone by hand.
 *   model class:equity 60 abs 5 · model instrument:GOLD 10 rel 25 · model class:bond 40 abs 5 buy BND · outside 2
 *   class ACME equity · price ACME 100 · hold 10 ACME cost 800 in P (each line is one lot, in the order a sale takes them)
 *   cash P 500 · mode bands · min 50 · charge 1 10bps · tax 19 budget 100 · digits 6 · contribute P -200
 *   expect sell ACME in P = 4 · expect buy BND in P = 8 · expect cash P = 12.5 · expect gain = 190 · expect taxes = 36.1
 *   expect weight class:equity = 0.6 · expect state class:equity = above · expect reason class:equity = tax_budget
 *   expect inside = yes · expect drift = class:equity 0.1 · expect turnover = 0.1 · expect trades = 2 · expect refused = code
 * Percentages are of the whole. Parses only; the runner of the tests computes and compares.
 */
import { assert, Decimal } from '#kernel';
import { ASSET_CLASSES, type AssetClass, BAND_KINDS, type Target } from './model.ts';
import { type CashPool, type HeldPosition, REBALANCE_MODES, type RebalanceOptions } from './rebalance-types.ts';

export interface PlanningCase {
  readonly targets: Target[];
  outsideBandBps: number;
  readonly classes: Map<string, AssetClass>;
  readonly prices: Map<string, Decimal>;
  readonly lots: { instrument: string; portfolio: string; quantity: Decimal; cost: Decimal | null }[];
  readonly cash: CashPool[];
  contribution: CashPool | null;
  unitDigits: number;
  options: RebalanceOptions;
  readonly expectations: { readonly line: number; readonly name: string; readonly expected: string }[];
}

/** Reads a case; an unreadable line is a mistake of its author and throws, naming the line. */
export function parsePlanningCase(text: string): PlanningCase {
  const read: PlanningCase = {
    targets: [],
    outsideBandBps: 200,
    classes: new Map(),
    prices: new Map(),
    lots: [],
    cash: [],
    contribution: null,
    unitDigits: 0,
    options: {
      mode: 'full',
      minTrade: Decimal.zero,
      feeFixed: Decimal.zero,
      feeBps: 0,
      taxRateBps: 1_900,
      taxBudget: null,
    },
    expectations: [],
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const words = (raw.split('#')[0] ?? '').trim().split(/\s+/).filter(Boolean);
    const [head = '', ...rest] = words;
    if (head === '') continue;
    if (head === 'expect') {
      const at = rest.indexOf('=');
      assert(at > 0, `case line ${index + 1}: an expectation has a name, = and a value`);
      const [name, expected] = [rest.slice(0, at).join(' '), rest.slice(at + 1).join(' ')];
      read.expectations.push({ line: index + 1, name, expected });
    } else readFact(read, { head, rest, line: index + 1 });
  }
  return read;
}

interface Line {
  readonly head: string;
  readonly rest: readonly string[];
  readonly line: number;
}

function readFact(read: PlanningCase, { head, rest, line }: Line): void {
  const [one = '', two = '', three = '', four = ''] = rest;
  const after = (word: string): string | null => (rest.includes(word) ? (rest[rest.indexOf(word) + 1] ?? '') : null);
  switch (head) {
    case 'model':
      read.targets.push(targetOf({ subject: one, weight: two, kind: three, reach: four, buy: after('buy'), line }));
      return;
    case 'outside':
      read.outsideBandBps = bpsOf(one);
      return;
    case 'class':
      read.classes.set(one, classNamed(two, line));
      return;
    case 'price':
      read.prices.set(one, Decimal.from(two));
      return;
    case 'hold': {
      const cost = after('cost');
      const known = cost === null || cost === 'unknown' ? null : Decimal.from(cost);
      read.lots.push({ quantity: Decimal.from(one), instrument: two, portfolio: after('in') ?? 'P', cost: known });
      return;
    }
    case 'cash':
      read.cash.push({ portfolioId: one, amount: Decimal.from(two) });
      return;
    case 'contribute':
      read.contribution = { portfolioId: one, amount: Decimal.from(two) };
      return;
    case 'digits':
      read.unitDigits = Number(one);
      return;
    default:
      read.options = { ...read.options, ...optionOf({ head, rest, line }, after('budget')) };
  }
}

function optionOf({ head, rest, line }: Line, budget: string | null): Partial<RebalanceOptions> {
  const [one = '', two = ''] = rest;
  if (head === 'mode') {
    const mode = REBALANCE_MODES.find((name) => name === one);
    assert(mode, `case line ${line}: unknown mode`);
    return { mode };
  }
  if (head === 'min') return { minTrade: Decimal.from(one) };
  if (head === 'charge') return { feeFixed: Decimal.from(one), feeBps: Number.parseInt(two || '0', 10) };
  assert(head === 'tax', `case line ${line}: what is ${head}?`);
  return { taxRateBps: bpsOf(one), taxBudget: budget === null ? null : Decimal.from(budget) };
}

function targetOf(words: {
  readonly subject: string;
  readonly weight: string;
  readonly kind: string;
  readonly reach: string;
  readonly buy: string | null;
  readonly line: number;
}): Target {
  const [what, name = ''] = words.subject.split(':');
  const kind = BAND_KINDS.find((each) => each.startsWith(words.kind));
  assert(kind, `case line ${words.line}: a band is abs or rel`);
  const isClass = what === 'class';
  return {
    assetClass: isClass ? classNamed(name, words.line) : null,
    instrumentId: isClass ? null : name,
    weightBps: bpsOf(words.weight),
    band: { kind, bps: bpsOf(words.reach) },
    buyInstrumentId: words.buy,
  };
}

function classNamed(name: string, line: number): AssetClass {
  const found = ASSET_CLASSES.find((each) => each === name);
  assert(found, `case line ${line}: unknown class ${name}`);
  return found;
}

function bpsOf(percent: string): number {
  return Number(Decimal.from(percent).times(Decimal.of(100n)).toString());
}

/** What is held, one position for each instrument of each portfolio. */
export function positionsOfCase(read: PlanningCase): HeldPosition[] {
  const groups = Map.groupBy(read.lots, ({ instrument, portfolio }) => `${portfolio} ${instrument}`);
  return [...groups.values()].map((lots) => {
    const { instrument = '', portfolio = '' } = lots[0] ?? {};
    const unitPrice = read.prices.get(instrument);
    const assetClass = read.classes.get(instrument);
    assert(unitPrice && assetClass, `case: ${instrument} has a price and a class`);
    return {
      portfolioId: portfolio,
      accountId: `${portfolio} account`,
      instrumentId: instrument,
      assetClass,
      quantity: Decimal.sum(lots.map(({ quantity }) => quantity)),
      unitPrice,
      lots: lots.map(({ quantity, cost }) => ({ quantity, costBase: cost })),
    };
  });
}
