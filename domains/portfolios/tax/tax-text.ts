/** Tax figures as the API answers them: decimal text, and instruments by the names a person knows. */
import type { Decimal } from '#kernel';
import type { Basket, CarriedLoss } from './compensation.ts';
import type { LossAtRisk, WaitingLoss } from './repurchase.ts';
import type { MethodResult, Simulation } from './simulation.ts';
import type { TaxPart } from './tax-ledger.ts';
import type { BasketTotals, TaxReport } from './yearly-report.ts';

/** An instrument as a row names it. */
export interface NamedInstrument {
  readonly id: string;
  readonly name: string;
  readonly symbol: string | null;
  readonly isin: string | null;
}
export type Naming = (instrumentId: string) => NamedInstrument;

/** A yearly report. */
export function reportText(report: TaxReport, named: Naming) {
  const { totals, compensation } = report;
  const maybe = (id: string | null) => (id === null ? null : named(id));
  return {
    year: report.year,
    currency: report.currency,
    transmissions: report.transmissions.map((part) => partText(part, { named, basket: part.basket })),
    countedLosses: report.countedLosses.map((loss) => ({ ...waitingText(loss, named), basket: loss.basket })),
    income: report.income.map(({ date, instrumentId, kind, country, ...money }) => ({
      date,
      instrument: maybe(instrumentId),
      kind,
      country,
      gross: textOf(money.gross),
      withheld: textOf(money.withheld),
      foreignTax: textOf(money.foreignTax),
      unassignedTax: textOf(money.unassignedTax),
    })),
    fees: report.fees.map(({ date, instrumentId, amount }) => ({
      date,
      instrument: maybe(instrumentId),
      amount: textOf(amount),
    })),
    waiting: report.waiting.map((loss) => waitingText(loss, named)),
    atRisk: report.atRisk.map((loss) => ({ ...lossText(loss, named), until: loss.until })),
    totals: {
      acquisitionValue: textOf(totals.acquisitionValue),
      transmissionValue: textOf(totals.transmissionValue),
      deferred: totals.deferred.toString(),
      gains: basketText(totals.gains),
      income: basketText(totals.income),
      withheld: textOf(totals.withheld),
      foreignTax: textOf(totals.foreignTax),
      unassignedTax: textOf(totals.unassignedTax),
      fees: textOf(totals.fees),
    },
    compensation: compensation && {
      steps: compensation.steps.map((step) => ({ ...step, amount: step.amount.toString() })),
      base: compensation.base.toString(),
      carried: compensation.carried.map(carriedText),
      expired: compensation.expired.map(carriedText),
    },
    savingsTax: textOf(report.savingsTax),
    warnings: report.warnings.map(({ code, instrumentId, date }) => ({
      code,
      instrument: maybe(instrumentId ?? null),
      date: date ?? null,
    })),
  };
}

/** What a simulation found, method by method. */
export function simulationText(simulation: Simulation, named: Naming) {
  return {
    year: simulation.year,
    methods: simulation.methods.map((result) => methodText(result, named)),
    window: simulation.window && {
      ...simulation.window,
      bought: simulation.window.bought.map(({ on, quantity }) => ({ on, quantity: quantity.toString() })),
    },
  };
}

function methodText(result: MethodResult, named: Naming) {
  const figures = ({ gains, income, base, savingsTax }: MethodResult['before']) => ({
    gains: textOf(gains),
    income: textOf(income),
    base: textOf(base),
    savingsTax: textOf(savingsTax),
  });
  return {
    method: result.method,
    isAllowed: result.isAllowed,
    lots: result.lots.map((part) => partText(part, { named, basket: 'gains' })),
    gain: textOf(result.gain),
    deferred: result.deferred.toString(),
    released: result.released.toString(),
    before: figures(result.before),
    after: figures(result.after),
  };
}

export function carriedText({ year, basket, amount }: CarriedLoss) {
  return { year, basket, amount: amount.toString() };
}

function partText(part: TaxPart, { named, basket }: { readonly named: Naming; readonly basket: Basket }) {
  return {
    instrument: named(part.instrumentId),
    basket,
    quantity: part.quantity.toString(),
    acquiredOn: part.isOpenedOnKnown ? part.openedOn : null,
    transmittedOn: part.soldOn,
    acquisitionValue: textOf(part.acquisitionValue),
    transmissionValue: textOf(part.transmissionValue),
    gain: textOf(part.gain),
    priceGain: textOf(part.priceGain),
    fxGain: textOf(part.fxGain),
    deferred: part.deferred.toString(),
    counted: textOf(part.gain && part.gain.plus(part.deferred)),
    withheld: textOf(part.withheld),
    operationId: part.soldBy,
    openedBy: part.openedBy,
  };
}

function lossText({ part, units, loss }: WaitingLoss | LossAtRisk, named: Naming) {
  const instrument = named(part.instrumentId);
  return { instrument, soldOn: part.soldOn, units: units.toString(), loss: loss.toString() };
}

function waitingText(loss: WaitingLoss, named: Naming) {
  const { heldIn, endedOn } = loss;
  const held = { instrument: named(heldIn.instrumentId), openedOn: heldIn.openedOn };
  return { ...lossText(loss, named), heldIn: held, endedOn };
}

function basketText({ positive, negative, net }: BasketTotals) {
  return { positive: textOf(positive), negative: textOf(negative), net: textOf(net) };
}

function textOf(figure: Decimal | null): string | null {
  return figure === null ? null : figure.toString();
}
