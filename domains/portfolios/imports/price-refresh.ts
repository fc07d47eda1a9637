/**
 * Price refresh: a workbook kept up to date comes again with the same operations and newer values. Those rows record
 * nothing in the ledger, only the price of their day. The same price again is no news, whatever day it is read on.
 */
import { assert, type Decimal, type LocalDate } from '#kernel';
import { findInstruments, latestPrices, type ManualPrice, pricesBetween, recordManualPrices } from '#markets';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { findLiveInstruments } from '../ledger.store.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';
import type { ImportBatch, StoredRow } from './import.store.ts';
import { instrumentFact } from './planned-row.ts';

export interface PriceRefresh {
  readonly position: number;
  readonly price: ManualPrice;
}

interface Wish {
  readonly position: number;
  readonly draft: LedgerEventDraft;
  readonly price: Decimal;
  readonly on: LocalDate;
}

export interface RefreshQuestion {
  readonly batch: Pick<ImportBatch, 'workspaceId' | 'portfolioId'>;
  /** Every row with something to record, in file order: the last one that prices an instrument speaks for it. */
  readonly rows: readonly StoredRow[];
  readonly today: LocalDate;
}

/** The prices of already known rows that say something new. An instrument that a provider prices needs no hand price. */
export async function findPriceRefreshes(
  platform: Platform,
  tx: Transaction,
  { batch, rows, today }: RefreshQuestion,
): Promise<PriceRefresh[]> {
  const { workspaceId, portfolioId } = batch;
  const wishes = lastWishes(rows).filter(({ on }) => on <= today);
  const keys = wishes.map(({ draft }) => draft.idempotencyKey);
  const idOf = await findLiveInstruments(tx, portfolioId, keys);
  const instrumentIds = [...new Set(idOf.values())];
  if (instrumentIds.length === 0) return [];
  const instruments = await findInstruments(tx, workspaceId, instrumentIds);
  const latest = await latestPrices(tx, { workspaceId, instrumentIds, atMs: platform.clock() });
  const refreshes: PriceRefresh[] = [];
  for (const [on, ofDay] of Map.groupBy(wishes, (wish) => wish.on)) {
    const closes = await pricesBetween(tx, { workspaceId, instrumentIds, from: on, to: on });
    for (const { position, draft, price } of ofDay) {
      const instrumentId = idOf.get(draft.idempotencyKey);
      const instrument = instrumentId === undefined ? undefined : instruments.get(instrumentId);
      if (!instrument) continue;
      const now = latest.get(instrument.id);
      if (now?.state === 'priced' && !now.isManual) continue;
      const currency = draft.instrument?.currency ?? draft.currency;
      if (instrument.kind !== 'crypto' && currency !== instrument.currency) continue;
      const stored = closes.get(instrument.id)?.at(-1);
      const isSame = stored?.provider === 'manual' && stored.currency === currency && stored.price.compare(price) === 0;
      if (!isSame) refreshes.push({ position, price: { instrumentId: instrument.id, price, currency, on } });
    }
  }
  return refreshes;
}

/** One wish per instrument and day: two accounts with the same fund round its price differently, and only one can be stored. */
function lastWishes(rows: readonly StoredRow[]): Wish[] {
  const wishes = new Map<string, Wish>();
  for (const { position, drafts } of rows) {
    const draft = drafts.find(({ manualPrice }) => manualPrice !== undefined && manualPrice.price.sign > 0);
    if (!draft?.manualPrice) continue;
    const { price, date: on } = draft.manualPrice;
    wishes.set(`${instrumentFact(draft.instrument) ?? ''} ${on}`, { position, draft, price, on });
  }
  return [...wishes.values()];
}

/** Records what is still news. Prices are facts of their day, not of the import: undoing it leaves them. */
export async function recordPriceRefreshes(
  platform: Platform,
  tx: Transaction,
  question: RefreshQuestion,
): Promise<void> {
  const refreshes = await findPriceRefreshes(platform, tx, question);
  if (refreshes.length === 0) return;
  const { workspaceId } = question.batch;
  const prices = refreshes.map(({ price }) => price);
  const recorded = await recordManualPrices(platform, tx, { workspaceId, prices });
  assert(recorded.ok, 'imports: a price that was found fit to record is recorded');
}
