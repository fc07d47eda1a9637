/**
 * Fold: events applied to positions in order, by day and then by order of recording. Most events touch one position; a
 * traspaso, a spin-off and a merger touch two of the same account, so positions that feed one another fold together.
 * Method: an event that does not fit when its turn comes waits for the rest of its day (a file may list a day newest
 * first); what still does not fit at the end of the day is refused and has no effect on any figure.
 */
import { assert, Decimal, ok, refuse, type Result } from '#kernel';
import { canTakeNamed, type LotMethod, QUANTITY_RESIDUE } from './lot.ts';
import { applyBonus, applySplit, returnCapital } from './position-capital.ts';
import { mergeInto, moveInto, spinOff } from './position-moves.ts';
import { noteMoney, noteStep, noteTrade } from './position-steps.ts';
import {
  addMoney,
  addUnits,
  closeShort,
  type LotMatch,
  openShort,
  sellUnits,
  type TakeOptions,
  transferOut,
} from './position-units.ts';
import { emptyPosition, type Position } from './position.ts';
import type { BookEvent } from './posting.ts';

export type PositionRefusal =
  | 'sells_more_than_held'
  | 'splits_nothing_held'
  | 'acts_on_nothing_held'
  | 'covers_more_than_short'
  | 'shorts_while_held'
  | 'buys_while_short'
  | 'moves_more_than_cost'
  | 'to_same_instrument'
  | 'lot_not_held'
  | 'dividend_side_differs';

/** What to do about each, for the command line and the API; the web app has its own words in both languages. */
export const POSITION_ADVICE: Readonly<Record<PositionRefusal, string>> = {
  sells_more_than_held:
    'Record the purchase, opening or transfer in that this operation takes from, or correct the quantity.',
  splits_nothing_held: 'Nothing is held that day: record the purchase first, or correct the day.',
  acts_on_nothing_held: 'Nothing is held that day: record the purchase first, or correct the day.',
  covers_more_than_short: 'Record the short sale that this covers, or correct the quantity; a plain purchase is a buy.',
  shorts_while_held: 'The account holds this instrument: sell it first; long and short are never mixed in one account.',
  buys_while_short:
    'The account is short of this instrument: cover it first; long and short are never mixed in one account.',
  moves_more_than_cost: 'The cost to move is more than what the units cost: correct the amount.',
  to_same_instrument: 'Write another instrument as the target.',
  lot_not_held:
    'A lot that the sale names does not hold that many units: look at the open lots of that day, or leave the lots out.',
  dividend_side_differs:
    'A dividend is received on units held and paid on units sold short: take back the dividend, then record both again.',
};

/** An event the position could not take, with the fact that explains it. The event has no effect on any figure. */
export interface RefusedEvent {
  readonly event: BookEvent;
  readonly code: PositionRefusal;
  readonly held: Decimal;
}

export interface FoldOptions {
  /** Base currency per unit of the event's currency, null when unknown. */
  readonly rateOf: (event: BookEvent) => Decimal | null;
  readonly onMatch?: ((match: LotMatch) => void) | undefined;
  /** Told of every event that fits, once its positions stand. */
  readonly onApplied?: ((event: BookEvent) => void) | undefined;
  /** First in, first out when left out. */
  readonly method?: LotMethod | undefined;
  /** Told of dividends that fall on a short position and are still written as received; without it they are refused. */
  readonly onShortDividend?: ((event: BookEvent) => void) | undefined;
}

/** Positions by `positionKey`. */
export type Positions = Map<string, Position>;

/** A chain listed backwards within one day needs a pass per link; a longer one is refused, never half applied. */
const SETTLE_PASSES_MAX = 16;

/** The key of one instrument in one account. */
export function positionKey(accountId: string, instrumentId: string): string {
  return `${accountId} ${instrumentId}`;
}

/** The positions an event touches: none for cash alone, two when it has a target. */
export function positionKeysOf(event: Pick<BookEvent, 'accountId' | 'instrumentId' | 'toInstrumentId'>): string[] {
  const { accountId, instrumentId, toInstrumentId } = event;
  if (instrumentId === null) return [];
  const source = positionKey(accountId, instrumentId);
  return toInstrumentId === null ? [source] : [source, positionKey(accountId, toInstrumentId)];
}

/** Events in order grouped into positions that must fold together, because some event links them. */
export function linkedGroups(events: readonly BookEvent[]): BookEvent[][] {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  for (const event of events) {
    const [source = '', target] = positionKeysOf(event);
    if (target === undefined) continue;
    const [left, right] = [rootOf(source), rootOf(target)];
    if (left !== right) parents.set(right, left);
  }
  const groups = new Map<string, BookEvent[]>();
  for (const event of events) {
    const [source] = positionKeysOf(event);
    if (source === undefined) continue;
    const root = parents.size === 0 ? source : rootOf(source);
    const group = groups.get(root);
    if (group) group.push(event);
    else groups.set(root, [event]);
  }
  return [...groups.values()];
}

/** Folds events in order into their positions. Returns what was refused. */
export function foldPositions(
  positions: Positions,
  events: readonly BookEvent[],
  options: FoldOptions,
): RefusedEvent[] {
  const refused: RefusedEvent[] = [];
  let waiting: BookEvent[] = [];
  const settleDay = (): void => {
    for (let pass = 0; waiting.length > 0 && pass < SETTLE_PASSES_MAX; pass += 1) {
      const still = waiting.filter((event) => !applyEvent(positions, event, options).ok);
      const isStuck = still.length === waiting.length;
      waiting = still;
      if (isStuck) break;
    }
    for (const event of waiting) {
      const result = applyEvent(positions, event, options);
      if (!result.ok) refused.push({ event, code: result.code, held: heldBy(positions, event) });
    }
    waiting = [];
  };
  for (const event of events) {
    if (waiting[0] && waiting[0].date !== event.date) settleDay();
    if (!applyEvent(positions, event, options).ok) waiting.push(event);
  }
  settleDay();
  return refused;
}

/** Applies one event; a refusal leaves every position untouched. */
function applyEvent(positions: Positions, event: BookEvent, options: FoldOptions): Result<null, PositionRefusal> {
  const [key = '', toKey] = positionKeysOf(event);
  const { accountId, instrumentId, toInstrumentId } = event;
  assert(instrumentId, 'fold: a position has an instrument');
  const position = positions.get(key) ?? emptyPosition(accountId, instrumentId);
  const isLate = position.lastDate !== null && event.date < position.lastDate;
  assert(!isLate, 'fold: events must come in order');
  if (toKey === undefined || toInstrumentId === null) {
    const problem = problemOf(position, event, options) ?? applyToOne(position, event, options);
    if (problem) return refuse(problem);
  } else {
    if (toKey === key) return refuse('to_same_instrument');
    const target = positions.get(toKey) ?? emptyPosition(accountId, toInstrumentId);
    assert(!target.lastDate || event.date >= target.lastDate, 'fold: events must come in order');
    const problem = target.quantity.sign < 0 ? 'buys_while_short' : applyToTwo({ position, target }, event, options);
    if (problem) return refuse(problem);
    noteApplied(target, event);
    positions.set(toKey, target);
  }
  noteApplied(position, event);
  positions.set(key, position);
  options.onApplied?.(event);
  return ok(null);
}

function noteApplied(position: Position, event: BookEvent): void {
  noteStep(position, event.date);
  noteTrade(position, event);
  noteMoney(position, event.date);
  position.lastDate = event.date;
  position.eventCount += 1;
}

function heldBy(positions: Positions, event: BookEvent): Decimal {
  const [key = ''] = positionKeysOf(event);
  return positions.get(key)?.quantity ?? Decimal.zero;
}

/** Why one position cannot take an event; null when it can. */
function problemOf(position: Position, event: BookEvent, options: FoldOptions): PositionRefusal | null {
  const { quantity } = position;
  const wanted = event.quantity ?? Decimal.zero;
  const exceeds = (held: Decimal): boolean => wanted.minus(held).compare(QUANTITY_RESIDUE) >= 0;
  switch (event.type) {
    case 'buy':
    case 'transfer_in':
    case 'opening':
      return quantity.sign < 0 ? 'buys_while_short' : null;
    case 'sell':
      if (exceeds(quantity)) return 'sells_more_than_held';
      return event.lots && !canTakeNamed(position.lots, event.lots) ? 'lot_not_held' : null;
    case 'transfer_out':
      return exceeds(quantity) ? 'sells_more_than_held' : null;
    case 'short':
      return quantity.sign > 0 ? 'shorts_while_held' : null;
    case 'cover':
      return exceeds(quantity.negated()) ? 'covers_more_than_short' : null;
    case 'split':
      return quantity.isZero ? 'splits_nothing_held' : null;
    case 'bonus':
    case 'return_of_capital':
      return quantity.sign > 0 ? null : 'acts_on_nothing_held';
    case 'dividend': {
      const sides = (event.amount?.sign ?? 0) * quantity.sign;
      return sides < 0 && !options.onShortDividend ? 'dividend_side_differs' : null;
    }
    default:
      return null;
  }
}

function applyToOne(position: Position, event: BookEvent, options: FoldOptions): null {
  const take = takeOptionsOf(event, options);
  const { rate } = take;
  switch (event.type) {
    case 'buy':
    case 'transfer_in':
    case 'opening':
      addUnits(position, event, rate);
      break;
    case 'sell':
      sellUnits(position, event, take);
      break;
    case 'transfer_out':
      transferOut(position, event, take);
      break;
    case 'short':
      openShort(position, event, rate);
      break;
    case 'cover':
      closeShort(position, event, take);
      break;
    case 'split':
      applySplit(position, event, rate);
      break;
    case 'bonus':
      applyBonus(position, event, rate);
      break;
    case 'return_of_capital':
      returnCapital(position, event, take);
      break;
    default:
      if (event.type === 'dividend' && (event.amount?.sign ?? 0) > 0 && position.quantity.sign < 0)
        options.onShortDividend?.(event);
      addMoney(position, event, rate);
  }
  return null;
}

function applyToTwo(
  pair: { readonly position: Position; readonly target: Position },
  event: BookEvent,
  options: FoldOptions,
): PositionRefusal | null {
  const take = takeOptionsOf(event, options);
  const { quantity } = pair.position;
  if (event.type === 'traspaso') {
    const wanted = event.quantity ?? Decimal.zero;
    if (wanted.minus(quantity).compare(QUANTITY_RESIDUE) >= 0) return 'sells_more_than_held';
    moveInto(pair, event, take);
    return null;
  }
  if (quantity.sign <= 0) return 'acts_on_nothing_held';
  if (event.type === 'spinoff') return spinOff(pair, event, take.rate);
  assert(event.type === 'merger', 'fold: only three kinds of event have a target');
  mergeInto(pair, event, take);
  return null;
}

function takeOptionsOf(event: BookEvent, options: FoldOptions): TakeOptions {
  const rate = options.rateOf(event);
  const rateIn = (currency: string): Decimal | null =>
    currency === event.currency ? rate : options.rateOf({ ...event, currency, fx: null });
  return { rate, rateIn, onMatch: options.onMatch, method: options.method ?? 'fifo' };
}
