/**
 * Price intake: the one way a newest price enters. One transaction checks it, stores it, moves the alert rules and writes
 * their firings; sockets hear of it after the commit. A doubtful price goes to quarantine and the last good one stays.
 */
import { Decimal, type LocalDate, localDate, ok, parseLocalDate, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { evaluateAlerts, restateAlerts } from './alert-evaluation.ts';
import { PriceQuarantined, PriceRecorded } from './contract.ts';
import type { Instrument } from './instrument.ts';
import { updateComparison } from './feed.store.ts';
import { findInstruments } from './instrument.store.ts';
import { isSimulatedWorkspace } from './workspace.store.ts';
import { doubtOf, type Price } from './price.ts';
import {
  deleteQuarantined,
  latestPrices,
  listQuarantined,
  type QuarantinedPrice,
  upsertDailyPrices,
  upsertLatestPrices,
  upsertQuarantined,
} from './price.store.ts';
import { priceMessage } from './price-message.ts';

/** What intake needs of the platform; tests pass the real ones. */
export type IntakePlatform = Pick<Platform, 'clock' | 'newId' | 'notify' | 'realtime'>;

export interface PriceArrival extends Price {
  /** New units per old one of the splits since the last stored price; one when there was none. */
  readonly splitRatio: Decimal;
  /** What another provider says when the two disagree; the price then waits for a person. */
  readonly dispute?: { readonly other: QuarantinedPrice['other'] };
}

export interface PriceBatch {
  readonly workspaceId: string;
  readonly arrivals: readonly PriceArrival[];
}

/** Takes a batch of newest prices of one workspace. Returns the ids whose price is now the newest. */
export async function takePrices(platform: IntakePlatform, tx: Transaction, batch: PriceBatch): Promise<Set<string>> {
  const { workspaceId, arrivals } = batch;
  const atMs = platform.clock();
  const instrumentIds = arrivals.map((arrival) => arrival.instrumentId);
  const instruments = await findInstruments(tx, workspaceId, instrumentIds);
  const known = await latestPrices(tx, { workspaceId, instrumentIds, atMs });
  const good: PriceArrival[] = [];
  for (const arrival of arrivals) {
    const instrument = instruments.get(arrival.instrumentId);
    if (!instrument) continue;
    const reference = known.get(instrument.id);
    const priced = reference?.state === 'priced' ? reference : null;
    const doubt = doubtOf({
      candidate: arrival,
      reference: priced,
      currency: instrument.kind === 'crypto' ? null : instrument.currency,
      splitRatio: arrival.splitRatio,
      atMs,
    });
    const reason = doubt ?? (arrival.dispute ? 'providers_disagree' : null);
    if (!reason) good.push(arrival);
    else await quarantine(tx, { instrument, arrival, reason, referencePrice: priced?.price ?? null });
  }
  if (good.length === 0) return new Set();
  return storeGood(platform, tx, { workspaceId, good, instruments });
}

interface GoodPrices {
  readonly workspaceId: string;
  readonly good: readonly (Price & Partial<Pick<PriceArrival, 'splitRatio'>>)[];
  readonly instruments: ReadonlyMap<string, Instrument>;
}

async function storeGood(platform: IntakePlatform, tx: Transaction, prices: GoodPrices): Promise<Set<string>> {
  const { workspaceId, good, instruments } = prices;
  const taken = await upsertLatestPrices(tx, workspaceId, good);
  const newest = good.filter((price) => taken.has(price.instrumentId));
  await deleteQuarantined(tx, workspaceId, [...taken]);
  for (const { instrumentId, splitRatio } of newest) {
    if (!splitRatio || splitRatio.equals(Decimal.one)) continue;
    await restateAlerts(platform, tx, { workspaceId, instrumentId, ratio: splitRatio });
  }
  const isSimulated = await isSimulatedWorkspace(tx, workspaceId);
  await evaluateAlerts(platform, tx, { workspaceId, isSimulatedWorkspace: isSimulated, prices: newest, instruments });
  tx.afterCommit(() => {
    for (const price of newest) {
      const { instrumentId } = price;
      const data = priceMessage(price, instruments.get(instrumentId)?.kind ?? 'other', platform.clock());
      platform.realtime.broadcast({
        workspaceId,
        topic: 'markets.prices',
        key: instrumentId,
        permission: 'markets.price.read',
        data,
      });
    }
  });
  return taken;
}

interface Suspect {
  readonly instrument: Instrument;
  readonly arrival: PriceArrival;
  readonly reason: NonNullable<ReturnType<typeof doubtOf>>;
  readonly referencePrice: Decimal | null;
}

async function quarantine(tx: Transaction, suspect: Suspect): Promise<void> {
  const { instrument, arrival, reason, referencePrice } = suspect;
  const isNew = await upsertQuarantined(tx, instrument.workspaceId, {
    price: arrival,
    reason,
    referencePrice,
    other: arrival.dispute?.other ?? null,
  });
  if (!isNew) return; // One event per incident: a broken feed repeats itself every minute.
  tx.emit(PriceQuarantined, {
    workspaceId: instrument.workspaceId,
    subjectId: instrument.id,
    payload: {
      ...factsOf(instrument),
      price: arrival.price.toString(),
      currency: arrival.currency,
      provider: arrival.provider,
      reason,
      referencePrice: referencePrice?.toString() ?? null,
    },
  });
}

export interface ManualPrice {
  readonly instrumentId: string;
  readonly price: Decimal;
  readonly currency: string;
  readonly on: LocalDate;
}

export type ManualPriceRefusal =
  | 'instrument_not_found'
  | 'price_day_invalid'
  | 'price_not_positive'
  | 'currency_mismatch';

const MANUAL_DAY_MIN = localDate('1900-01-01'); // Older than any price somebody still holds.

/**
 * Records prices that a person wrote, as closes of their days and as the newest price where nothing newer is known.
 * Nothing is written when one is refused; the refusal's `priceIndex` names it.
 */
export async function recordManualPrices(
  platform: IntakePlatform,
  tx: Transaction,
  batch: { readonly workspaceId: string; readonly prices: readonly ManualPrice[] },
): Promise<Result<null, ManualPriceRefusal>> {
  const { workspaceId, prices } = batch;
  const atMs = platform.clock();
  const ids = prices.map((price) => price.instrumentId);
  const instruments = await findInstruments(tx, workspaceId, ids);
  for (const [priceIndex, price] of prices.entries()) {
    const refusal = manualRefusal(price, instruments.get(price.instrumentId), atMs);
    if (refusal) return refuse(refusal, { priceIndex, instrumentId: price.instrumentId });
  }
  const stored = prices.map((price) => manualPriceOf(price, atMs));
  // The newest per instrument last: one statement may not touch a row twice.
  const days = new Map(stored.map((price) => [`${price.instrumentId}:${price.on}`, price]));
  await upsertDailyPrices(tx, workspaceId, [...days.values()]);
  const newest = new Map<string, (typeof stored)[number]>();
  for (const price of stored) {
    const other = newest.get(price.instrumentId);
    if (!other || other.marketAtMs <= price.marketAtMs) newest.set(price.instrumentId, price);
  }
  await storeGood(platform, tx, { workspaceId, good: [...newest.values()], instruments });
  for (const price of days.values()) {
    const instrument = instruments.get(price.instrumentId);
    if (!instrument) continue;
    const payload = { price: price.price.toString(), currency: price.currency, on: price.on as string };
    tx.emit(PriceRecorded, { workspaceId, subjectId: instrument.id, payload: { ...factsOf(instrument), ...payload } });
  }
  return ok(null);
}

function manualRefusal(
  price: ManualPrice,
  instrument: Instrument | undefined,
  atMs: number,
): ManualPriceRefusal | null {
  if (!instrument) return 'instrument_not_found';
  if (price.price.sign <= 0) return 'price_not_positive';
  const today = localDate(new Date(atMs + DAY_AHEAD_MS).toISOString().slice(0, 10));
  if (!parseLocalDate(price.on) || price.on > today || price.on < MANUAL_DAY_MIN) return 'price_day_invalid';
  const isQuotedAnywhere = instrument.kind === 'crypto';
  return isQuotedAnywhere || price.currency === instrument.currency ? null : 'currency_mismatch';
}

const DAY_AHEAD_MS = 14 * 3_600_000; // The furthest zone is fourteen hours ahead of UTC: it may be tomorrow there.

function manualPriceOf(price: ManualPrice, atMs: number): Price & { readonly on: LocalDate } {
  const dayEndMs = Date.parse(`${price.on}T23:59:59Z`);
  return {
    ...price,
    provider: 'manual',
    marketAtMs: Math.min(dayEndMs, atMs),
    fetchedAtMs: atMs,
    isAdjusted: false,
    previousClose: null,
  };
}

export type SettleRefusal = 'price_not_quarantined' | 'price_not_acceptable';

/** A person's word on a refused price: accepted it becomes the newest, discarded it is forgotten. */
export async function settleQuarantined(
  platform: IntakePlatform,
  tx: Transaction,
  decision: { readonly workspaceId: string; readonly instrumentId: string; readonly decision: 'accept' | 'discard' },
): Promise<Result<null, SettleRefusal>> {
  const { workspaceId, instrumentId } = decision;
  const entry = (await listQuarantined(tx, workspaceId)).find(({ price }) => price.instrumentId === instrumentId);
  if (!entry) return refuse('price_not_quarantined');
  if (decision.decision === 'accept') {
    if (entry.price.price.sign <= 0 || entry.reason === 'wrong_currency') return refuse('price_not_acceptable');
    const instruments = await findInstruments(tx, workspaceId, [instrumentId]);
    await storeGood(platform, tx, { workspaceId, good: [entry.price], instruments });
    await updateComparison(tx, instrumentId, { comparedAtMs: platform.clock(), isDisputed: false });
  }
  await deleteQuarantined(tx, workspaceId, [instrumentId]);
  return ok(null);
}

function factsOf(instrument: Instrument) {
  const { id: instrumentId, symbol, isin, name } = instrument;
  return { instrumentId, symbol, isin, name };
}
