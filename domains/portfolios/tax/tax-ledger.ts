/**
 * Tax ledger: every transmission of a portfolio by lot, as a tax return asks for it. Units: euros (or the jurisdiction's
 * currency) to the cent; a sale's parts are rounded by running total, so they add up to the rounded sale.
 * Method: the acquisition value is what was paid with the fees and taxes of the purchase, the transmission value what was
 * received less those of the sale (LIRPF art. 35), each at its own day's rate. What a fund's buy-back was withheld is paid on
 * account (LIRPF art. 101.6) and lowers nothing. Losses are followed by `repurchase.ts`.
 */
import { assert, Decimal, type LocalDate } from '#kernel';
import { compareEvents, rateOf, withDividendSides } from '../book.ts';
import type { FxTable } from '../fx-table.ts';
import type { InstrumentKind, LedgerEventType } from '../ledger-event.ts';
import { type Lot, type LotMethod, openLotsOf } from '../lot.ts';
import { foldPositions, linkedGroups, positionKeysOf, type PositionRefusal, type Positions } from '../position-fold.ts';
import type { LotMatch } from '../position-units.ts';
import type { BookEvent } from '../posting.ts';
import type { Jurisdiction, Listing } from './jurisdiction.ts';
import { poolAccounts } from './pooled-events.ts';
import { type LossAtRisk, type LossPart, RepurchaseBook, type WaitingLoss } from './repurchase.ts';

/** What the reader must know before trusting a figure; the web app and the command line put it into words. */
export interface TaxWarning {
  readonly code:
    | 'accounts_kept_apart'
    | 'short_sales_apart'
    | 'named_lots_ignored'
    | 'operation_left_out'
    | 'acquisition_day_unknown'
    | 'rate_missing'
    | 'country_unknown'
    | 'short_dividend_left_out'
    | 'interest_paid_left_out'
    | 'loss_left_with_units'
    | 'year_not_over'
    | 'rules_before_2015';
  readonly instrumentId?: string;
  readonly date?: LocalDate;
  readonly refusal?: PositionRefusal;
}

/** One lot's part of one transmission. Null is unknown: a rate is missing. */
export interface TaxPart extends LossPart {
  readonly type: LedgerEventType;
  readonly openedBy: string;
  /** Day of the purchase; of what was brought in, the day it was. */
  readonly openedOn: LocalDate;
  readonly isOpenedOnKnown: boolean;
  readonly acquisitionValue: Decimal | null;
  readonly transmissionValue: Decimal | null;
  readonly gain: Decimal | null;
  readonly priceGain: Decimal | null;
  readonly fxGain: Decimal | null;
  /** Paid on account when units of a fund were bought back. */
  readonly withheld: Decimal | null;
}

export interface TaxLedger {
  readonly parts: readonly TaxPart[];
  readonly waiting: readonly WaitingLoss[];
  readonly atRisk: readonly LossAtRisk[];
  readonly warnings: readonly TaxWarning[];
}

export interface TaxOptions {
  readonly jurisdiction: Jurisdiction;
  readonly method: LotMethod;
  readonly currency: string;
  readonly fx: FxTable;
  readonly today: LocalDate;
  readonly kindOf: (instrumentId: string) => InstrumentKind;
  readonly listingOf: (instrumentId: string) => Listing;
}

const CENTS = 2;
const BROUGHT_IN: readonly LedgerEventType[] = ['opening', 'transfer_in'];

/** Computes the tax ledger at once; `taxLedgerSteps` gives its caller the turn after each instrument. */
export function taxLedgerOf(events: readonly BookEvent[], options: TaxOptions): TaxLedger {
  const steps = taxLedgerSteps(events, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Computes the tax ledger of live events in any order, one group of linked instruments at a step. */
export function* taxLedgerSteps(events: readonly BookEvent[], options: TaxOptions): Generator<void, TaxLedger> {
  const { jurisdiction, today } = options;
  const warnings: TaxWarning[] = [];
  const sided = withDividendSides(events.toSorted(compareEvents));
  const unnamed = jurisdiction.allowsNamedLots ? sided : withoutNamedLots(sided, warnings);
  const pooled = jurisdiction.poolsAccounts ? poolAccounts(unnamed) : { events: unnamed, warnings: [] };
  warnings.push(...pooled.warnings);
  const typeOf = new Map(events.map((event) => [event.id, event.type]));
  const found = { parts: [] as TaxPart[], waiting: [] as WaitingLoss[], atRisk: [] as LossAtRisk[] };
  for (const group of linkedGroups(pooled.events)) {
    const own = foldGroup(group, { ...options, typeOf });
    const closed = own.repurchases.close(today);
    found.parts.push(...own.parts);
    found.waiting.push(...closed.waiting);
    found.atRisk.push(...closed.atRisk);
    warnings.push(...own.warnings);
    yield;
  }
  const parts = found.parts.toSorted((a, b) => (a.soldOn < b.soldOn ? -1 : a.soldOn > b.soldOn ? 1 : 0));
  return { ...found, parts, warnings };
}

function withoutNamedLots(events: readonly BookEvent[], warnings: TaxWarning[]): readonly BookEvent[] {
  return events.map((event) => {
    if (!event.lots || event.instrumentId === null) return event;
    warnings.push({ code: 'named_lots_ignored', instrumentId: event.instrumentId, date: event.date });
    return { ...event, lots: null };
  });
}

interface GroupOptions extends TaxOptions {
  readonly typeOf: ReadonlyMap<string, LedgerEventType>;
}

function foldGroup(events: readonly BookEvent[], options: GroupOptions) {
  const { jurisdiction, listingOf, method, fx, currency } = options;
  const repurchases = new RepurchaseBook((id) => jurisdiction.repurchase[listingOf(id)]);
  const positions: Positions = new Map();
  const parts: TaxPart[] = [];
  const warnings: TaxWarning[] = [];
  let matches: LotMatch[] = [];
  const refused = foldPositions(positions, events, {
    method,
    rateOf: (event) => rateOf({ baseCurrency: currency, fx }, event),
    onMatch: (match) => void matches.push(match),
    onApplied: (event) => {
      const own = partsOf(event, matches, options);
      matches = [];
      parts.push(...own);
      follow({ event, own, positions, repurchases });
    },
  });
  for (const { event, code } of refused)
    if (event.instrumentId)
      warnings.push({
        code: 'operation_left_out',
        instrumentId: event.instrumentId,
        date: event.date,
        refusal: code,
      });
  return { repurchases, parts, warnings };
}

/** Matches of one event as parts of its transmission, rounded so that they add up to the whole rounded. */
function partsOf(event: BookEvent, matches: readonly LotMatch[], options: GroupOptions): TaxPart[] {
  const isFund = options.kindOf(event.instrumentId ?? '') === 'fund';
  const isShort = event.type === 'cover';
  const toCents = (): ((figure: Decimal | null) => Decimal | null) => {
    let exact = Decimal.zero;
    let told = Decimal.zero;
    return (figure) => {
      if (!figure) return null;
      exact = exact.plus(figure);
      const upTo = exact.rounded(CENTS, 'half-up');
      const share = upTo.minus(told);
      told = upTo;
      return share;
    };
  };
  const [acquired, transmitted, exchanged, held] = [toCents(), toCents(), toCents(), toCents()];
  return matches.map((match) => {
    const [buyTax, saleTax] = isShort
      ? [match.closingTaxBase, match.openingTaxBase]
      : [match.openingTaxBase, match.closingTaxBase];
    const cost = match.costBase && buyTax && match.costBase.plus(buyTax);
    const lessTax = saleTax && (isFund ? Decimal.zero : saleTax);
    const proceeds = match.proceedsBase && lessTax && match.proceedsBase.minus(lessTax);
    const [acquisitionValue, transmissionValue] = [acquired(cost), transmitted(proceeds)];
    const gain = acquisitionValue && transmissionValue && transmissionValue.minus(acquisitionValue);
    const fxGain = exchanged(match.fxGainBase);
    return {
      instrumentId: match.instrumentId,
      type: event.type,
      soldBy: match.soldBy,
      soldOn: match.soldOn,
      openedBy: match.openedBy,
      openedOn: match.openedOn,
      isOpenedOnKnown: !BROUGHT_IN.includes(options.typeOf.get(match.openedBy) ?? 'buy'),
      quantity: match.quantity,
      acquisitionValue,
      transmissionValue,
      gain,
      priceGain: gain && fxGain && gain.minus(fxGain),
      fxGain,
      withheld: held(isFund ? saleTax : saleTax && Decimal.zero),
      deferred: Decimal.zero,
    };
  });
}

interface Followed {
  readonly event: BookEvent;
  readonly own: readonly TaxPart[];
  readonly positions: Positions;
  readonly repurchases: RepurchaseBook;
}

/** Tells the repurchases what an event did to the lots. Short positions are under no rule. */
function follow({ event, own, positions, repurchases }: Followed): void {
  const [key = '', toKey = ''] = positionKeysOf(event);
  const { instrumentId, quantity } = event;
  assert(instrumentId, 'tax: an event of a position has an instrument');
  switch (event.type) {
    case 'buy':
    case 'opening':
    case 'transfer_in': {
      const lot = { key, instrumentId, openedBy: event.id, openedOn: event.date };
      repurchases.open({ ...lot, units: quantity ?? Decimal.zero, isBought: event.type === 'buy' });
      break;
    }
    case 'sell': {
      const parts = own.map((part) => ({ part, openedBy: part.openedBy, loss: lossOf(part) }));
      repurchases.sell({ key, instrumentId, soldBy: event.id, soldOn: event.date, parts });
      break;
    }
    case 'split':
    case 'bonus': {
      const whole = positions.get(key)?.quantity ?? Decimal.zero;
      const ratio = event.splitRatio
        ? { part: event.splitRatio.newUnits, whole: event.splitRatio.oldUnits }
        : { part: whole, whole: whole.minus(quantity ?? Decimal.zero) };
      repurchases.scale(key, instrumentId, ratio);
      break;
    }
    case 'traspaso':
    case 'merger': {
      const to = { key: toKey, instrumentId: event.toInstrumentId ?? '', unitsOf: unitsOf(positions, toKey) };
      repurchases.move({ from: { key, unitsOf: unitsOf(positions, key) }, to });
      break;
    }
    case 'transfer_out':
      repurchases.leave({ key, unitsOf: unitsOf(positions, key), on: event.date, by: event.id });
      break;
    case 'spinoff':
      spunOff({ event, own, positions, repurchases }, toKey);
      break;
    default: // Money alone, and short positions.
  }
}

/** Units of a spin-off are lots of their own that replace nothing. */
function spunOff({ event, positions, repurchases }: Followed, toKey: string): void {
  const instrumentId = event.toInstrumentId ?? '';
  const lots = positions.get(toKey)?.lots;
  for (const [openedBy, own] of Map.groupBy(lots ? openLotsOf(lots) : [], (lot: Lot) => lot.openedBy)) {
    const [first] = own;
    const known = repurchases.unitsOf(toKey, openedBy);
    const units = Decimal.sum(own.map((lot) => lot.quantity)).minus(known);
    if (first && units.sign > 0)
      repurchases.open({ key: toKey, instrumentId, openedBy, openedOn: first.openedOn, units, isBought: false });
  }
}

function lossOf({ gain }: TaxPart): Decimal {
  return gain && gain.sign < 0 ? gain.negated() : Decimal.zero;
}

function unitsOf(positions: Positions, key: string): (openedBy: string) => Decimal {
  const lots = positions.get(key)?.lots;
  const byLot = new Map<string, Decimal>();
  for (const lot of lots ? openLotsOf(lots) : [])
    byLot.set(lot.openedBy, (byLot.get(lot.openedBy) ?? Decimal.zero).plus(lot.quantity));
  return (openedBy) => byLot.get(openedBy) ?? Decimal.zero;
}
