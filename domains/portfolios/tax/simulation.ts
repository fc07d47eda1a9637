/**
 * Simulation of a sale: the same ledger with one more event, computed twice, so that what is shown is what recording the sale
 * would give. Nothing is stored. Every method is computed, and which of them the law leaves open is said.
 */
import { Decimal, type LocalDate, ok, refuse, type Result } from '#kernel';
import { compareEvents } from '../book.ts';
import { LOT_METHODS, type LotMethod } from '../lot.ts';
import type { BookEvent } from '../posting.ts';
import { addMonths } from './months.ts';
import { type TaxLedger, taxLedgerSteps, type TaxPart } from './tax-ledger.ts';
import { type ReportOptions, reportOf, type TaxReport, yearOf } from './yearly-report.ts';

export interface SimulatedSale {
  readonly event: BookEvent;
  readonly options: Omit<ReportOptions, 'year' | 'method'>;
}

export interface MethodResult {
  readonly method: LotMethod;
  readonly isAllowed: boolean;
  readonly lots: readonly TaxPart[];
  readonly gain: Decimal | null;
  /** Of the loss, what has to wait because the security was bought in the window. */
  readonly deferred: Decimal;
  /** Losses of earlier sales that count because of this one. */
  readonly released: Decimal;
  readonly before: YearFigures;
  readonly after: YearFigures;
}

/** One year of the portfolio alone. */
export interface YearFigures {
  readonly gains: Decimal | null;
  readonly income: Decimal | null;
  readonly base: Decimal | null;
  readonly savingsTax: Decimal | null;
}

export interface Simulation {
  readonly year: number;
  readonly methods: readonly MethodResult[];
  /** The rule of repurchases for this security; null where there is none. */
  readonly window: {
    readonly months: number;
    readonly from: LocalDate;
    /** Last day on which buying it again would make the loss wait. */
    readonly until: LocalDate;
    readonly bought: readonly { readonly on: LocalDate; readonly quantity: Decimal }[];
  } | null;
}

export type SimulationRefusal = 'sells_more_than_held' | 'lot_not_held' | 'sale_before_other_operations';

/** Simulates a sale at once; `simulationSteps` gives its caller the turn in between. */
export function simulateSale(events: readonly BookEvent[], sale: SimulatedSale): Result<Simulation, SimulationRefusal> {
  const steps = simulationSteps(events, sale);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Simulates a sale on top of live events. Refuses one that does not fit what is held. */
export function* simulationSteps(
  events: readonly BookEvent[],
  { event, options }: SimulatedSale,
): Generator<void, Result<Simulation, SimulationRefusal>> {
  const year = yearOf(event.date);
  const all = [...events, event];
  // Only what is linked to the instrument can change: the rest is computed once.
  const own = linkedInstruments(events, event.instrumentId ?? '');
  const isOwn = ({ instrumentId }: BookEvent): boolean => instrumentId !== null && own.has(instrumentId);
  const [touched, rest] = [events.filter(isOwn), events.filter((each) => !isOwn(each))];
  const methods: MethodResult[] = [];
  for (const method of LOT_METHODS) {
    const facts = { ...options, year, method };
    const others = yield* taxLedgerSteps(rest, facts);
    const before = joined(others, yield* taxLedgerSteps(touched, facts));
    const ledger = joined(others, yield* taxLedgerSteps([...touched, event], facts));
    const refusal = refusalOf(event, { before, after: ledger });
    if (refusal) return refuse(refusal, { date: event.date });
    const lots = ledger.parts.filter((part) => part.soldBy === event.id);
    const gains = lots.map((part) => part.gain);
    const known = gains.filter((gain) => gain !== null);
    methods.push({
      method,
      isAllowed: options.jurisdiction.methods.includes(method),
      lots,
      gain: known.length === gains.length ? Decimal.sum(known) : null,
      deferred: Decimal.sum(lots.map((part) => part.deferred)),
      released: Decimal.sum(ledger.waiting.filter((loss) => loss.endedBy === event.id).map((loss) => loss.loss)),
      before: figuresOf(reportOf(before, events, facts)),
      after: figuresOf(reportOf(ledger, all, facts)),
    });
  }
  return ok({ year, methods, window: windowOf(events, { event, options }) });
}

/** The instrument with all that a traspaso, a spin-off or a merger ever linked to it. */
function linkedInstruments(events: readonly BookEvent[], instrumentId: string): ReadonlySet<string> {
  const found = new Set([instrumentId]);
  const links = events.filter((event) => event.toInstrumentId !== null);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { instrumentId: from, toInstrumentId: to } of links)
      if (from !== null && to !== null && (found.has(from) || found.has(to))) found.add(from).add(to);
  }
  return found;
}

function joined(a: TaxLedger, b: TaxLedger): TaxLedger {
  return {
    parts: [...a.parts, ...b.parts],
    waiting: [...a.waiting, ...b.waiting],
    atRisk: [...a.atRisk, ...b.atRisk],
    warnings: [...a.warnings, ...b.warnings],
  };
}

/** Why the sale does not fit: itself, or what comes after it. */
function refusalOf(
  { instrumentId, date }: BookEvent,
  ledgers: { readonly before: TaxLedger; readonly after: TaxLedger },
): SimulationRefusal | null {
  const leftOutOf = ({ warnings }: TaxLedger) => warnings.filter(({ code }) => code === 'operation_left_out');
  const left = leftOutOf(ledgers.after);
  if (left.length <= leftOutOf(ledgers.before).length) return null;
  const own = left.find((warning) => warning.instrumentId === instrumentId && warning.date === date);
  if (!own) return 'sale_before_other_operations';
  return own.refusal === 'lot_not_held' ? 'lot_not_held' : 'sells_more_than_held';
}

function figuresOf({ totals, compensation, savingsTax }: TaxReport): YearFigures {
  const { gains, income } = totals;
  return { gains: gains.net, income: income.net, base: compensation?.base ?? null, savingsTax };
}

function windowOf(events: readonly BookEvent[], { event, options }: SimulatedSale): Simulation['window'] {
  const { instrumentId, date } = event;
  const rule = instrumentId === null ? null : options.jurisdiction.repurchase[options.listingOf(instrumentId)];
  if (!rule) return null;
  const [from, until] = [addMonths(date, -rule.months), addMonths(date, rule.months)];
  const bought = events
    .filter((each) => each.instrumentId === instrumentId && each.type === 'buy')
    .filter((each) => each.date >= from && each.date <= until)
    .toSorted(compareEvents)
    .map((each) => ({ on: each.date, quantity: each.quantity ?? Decimal.zero }));
  return { months: rule.months, from, until, bought };
}

/** A sale that nobody recorded, at the end of its day. */
export function saleEvent(sale: {
  readonly id: string;
  readonly accountId: string;
  readonly accountCurrency: string;
  readonly instrumentId: string;
  readonly date: LocalDate;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly currency: string;
  readonly fee: Decimal;
  readonly tax: Decimal;
  readonly fx: Decimal | null;
  readonly lots: BookEvent['lots'];
}): BookEvent {
  const amount = sale.quantity.times(sale.price).rounded(18, 'half-even');
  const none = { splitRatio: null, toInstrumentId: null, toQuantity: null };
  return { ...sale, ...none, type: 'sell', sequence: Number.MAX_SAFE_INTEGER, amount };
}
