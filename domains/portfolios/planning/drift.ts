/**
 * Drift: every portfolio against its model now, and the first day of the present stretch out of band.
 * Method of the day: the value of each sleeve by daily close (floats: it decides a date, never money), walked back from
 * yesterday until a day inside all bands; looked at over `HISTORY_DAYS` at most.
 */
import { addDays, dateOfEpochDay, epochDay, type LocalDate } from '#kernel';
import { tracksCash, type Book } from '../book.ts';
import type { FiguresSource } from '../figures.ts';
import { type Portfolio } from '../portfolio.store.ts';
import { type CloseColumn, seriesColumns } from '../value-series.ts';
import { allocate, type Allocation, emptySleeves } from './allocation.ts';
import { classOf, type FactsByInstrument, type Holdings, holdingsOf } from './holdings.ts';
import { type ModelRules, sleeveKeyOf } from './model.ts';
import type { Model } from './model.store.ts';

const HISTORY_DAYS = 3_660; // Ten years: older than any drift that somebody still means to mend.
const EDGE_SLACK = 1e-9; // Closes are floats here: a weight on the edge must not flicker.

export interface Drift {
  readonly portfolio: Portfolio;
  readonly model: Model | null;
  readonly holdings: Holdings;
  /** Null without a model, without a value, or with nothing held. */
  readonly allocation: Allocation | null;
}

/** Measures one portfolio against a model. */
export async function measureDrift(
  source: FiguresSource,
  portfolio: Portfolio,
  { model, facts }: { readonly model: Model | null; readonly facts: FactsByInstrument },
): Promise<Drift> {
  const holdings = await holdingsOf(source, portfolio, facts);
  const allocation = model && holdings.parts ? allocate(model, holdings.parts) : null;
  return { portfolio, model, holdings, allocation: allocation && allocation.total.sign > 0 ? allocation : null };
}

/** First day of the stretch out of band that lasts until today; today when yesterday was inside. */
export async function outSinceOf(
  source: FiguresSource,
  drift: Drift,
  facts: FactsByInstrument,
): Promise<LocalDate | null> {
  const { portfolio, model, holdings, allocation } = drift;
  if (!model || !allocation || allocation.isInside) return null;
  const { shelved, today } = holdings.valued;
  const first = shelved.firstDate ?? today;
  const reach = addDays(today, -HISTORY_DAYS);
  const from = first > reach ? first : reach;
  const held = [...new Set([...shelved.book.positions.values()].map(({ instrumentId }) => instrumentId))];
  const { workspaceId } = portfolio;
  const closesOf = await source.closes.read(source.queryable, {
    workspaceId,
    instrumentIds: held,
    from: first,
    to: today,
  });
  const currencies = [...closesOf.values()].map(({ currency }) => currency).filter((name) => name !== '');
  const { book } = await source.shelf.requireCurrencies(source.queryable, portfolio, currencies);
  const classes = (instrumentId: string) => {
    const instrument = holdings.valued.instruments.get(instrumentId);
    return (instrument && classOf(instrument, facts)) ?? 'other';
  };
  const days = Array.from({ length: epochDay(today) - epochDay(from) }, (_unused, index) => epochDay(from) + index);
  const inside = insideByDay(book, { days, closesOf, rules: model, classes });
  const lastInside = inside.lastIndexOf(true);
  const start = days[lastInside + 1];
  return start === undefined ? today : dateOfEpochDay(start);
}

interface History {
  readonly days: readonly number[];
  readonly closesOf: ReadonlyMap<string, CloseColumn>;
  readonly rules: ModelRules;
  readonly classes: (instrumentId: string) => ReturnType<typeof classOf> & string;
}

/** For each day whether every sleeve was inside its band; a day that is partly unknown or empty counts as inside. */
export function insideByDay(book: Book, { days, closesOf, rules, classes }: History): boolean[] {
  const keyOfPosition = (instrumentId: string): string =>
    sleeveKeyOf(rules.targets, { instrumentId, assetClass: classes(instrumentId) });
  const cashKey = sleeveKeyOf(rules.targets, { instrumentId: null, assetClass: 'cash' });
  const sleeves = emptySleeves(rules).map((sleeve) => {
    const positions = [...book.positions].filter(([, { instrumentId }]) => keyOfPosition(instrumentId) === sleeve.key);
    const accounts = sleeve.key === cashKey ? [...book.accounts].filter(([, account]) => tracksCash(account)) : [];
    const part: Book = { ...book, positions: new Map(positions), accounts: new Map(accounts) };
    const edges = { lower: sleeve.lower.toStatistic(), upper: sleeve.upper.toStatistic() };
    return { ...edges, columns: seriesColumns(part, days, closesOf) };
  });
  return days.map((_day, index) => {
    const total = sleeves.reduce((sum, { columns }) => sum + (columns.values[index] ?? 0), 0);
    const isUnknown = sleeves.some(({ columns }) => (columns.unknownCounts[index] ?? 0) > 0);
    if (isUnknown || !(total > 0)) return true;
    return sleeves.every(({ lower, upper, columns }) => {
      const weight = (columns.values[index] ?? 0) / total;
      return weight >= lower - EDGE_SLACK && weight <= upper + EDGE_SLACK;
    });
  });
}
