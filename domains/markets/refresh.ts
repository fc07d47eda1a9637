/**
 * Refresh: one look at one instrument and what it changes. Leaves the process, so it never runs inside a transaction or a
 * request; what comes back is stored in one transaction of its own.
 */
import { Decimal, type LocalDate } from '#kernel';
import type { Platform } from '#platform/domain';
import { dayOf } from './day.ts';
import { fetchInstrument, splitRatioBetween } from './feed.ts';
import { updateAttempt } from './feed.store.ts';
import { upsertCorporateActions } from './corporate-action.store.ts';
import type { Instrument } from './instrument.ts';
import { takePrices } from './price-intake.ts';
import { fetchSecondOpinion, type SecondOpinion } from './second-opinion.ts';
import { type DailyPriceInput, latestPrices, upsertDailyPrices } from './price.store.ts';
import type { ChainAnswer, ChainResult } from './provider/provider-chain.ts';
import type { SimulatedWorkspace } from './workspace.store.ts';

export type FeedPlatform = Pick<
  Platform,
  'cache' | 'config' | 'clock' | 'db' | 'newId' | 'notify' | 'realtime' | 'secrets' | 'telemetry'
>;

export interface Look {
  readonly simulated: SimulatedWorkspace | null;
  readonly from: LocalDate;
  readonly needs: 'quote' | 'history';
  /** Hears how much of a long answer is stored. */
  readonly progress?: (doneRatio: number) => Promise<void>;
}

const CLOSES_PER_TRANSACTION = 1_000; // Four years of working days; keeps each transaction well below a second.

/** Looks once and stores what came. The result says why there was no price, when there was none. */
export async function refreshInstrument(
  platform: FeedPlatform,
  instrument: Instrument,
  look: Look,
): Promise<ChainResult> {
  const result = await fetchInstrument(platform, instrument, look);
  const atMs = platform.clock();
  if (!result.ok) {
    const problem = `${result.code}: ${reasonsText(result.details['reasons'])}`.slice(0, 500);
    await platform.db.transaction((tx) =>
      updateAttempt(tx, instrument.id, { atMs, problem, providerSymbol: null, providerName: null }),
    );
    return result;
  }
  const opinion = await fetchSecondOpinion(platform, instrument, result.value);
  const doubtedFrom = await storeQuote(platform, instrument, { answer: result.value, opinion });
  if (isDispute(opinion)) return result; // The closes are of the same doubtful hand.
  const closes = result.value.closes.filter(({ on }) => doubtedFrom === null || on < doubtedFrom);
  await storeCloses(platform, instrument, { ...result.value, closes }, look);
  return result;
}

async function storeCloses(
  platform: FeedPlatform,
  instrument: Instrument,
  answer: ChainAnswer,
  look: Look,
): Promise<void> {
  const { closes, provider, fetchedAtMs } = answer;
  // Coins may be quoted in dollars when their own currency is a coin; everything else must match.
  const usable = closes.filter((close) => instrument.kind === 'crypto' || close.currency === instrument.currency);
  for (let start = 0; start < usable.length; start += CLOSES_PER_TRANSACTION) {
    const rows = usable
      .slice(start, start + CLOSES_PER_TRANSACTION)
      .map(({ on, close, currency, volume }): DailyPriceInput => {
        const marketAtMs = Math.min(Date.parse(`${on}T23:59:59Z`), fetchedAtMs);
        const told = volume ? { volume } : {};
        return { instrumentId: instrument.id, on, price: close, currency, provider, marketAtMs, fetchedAtMs, ...told };
      });
    await platform.db.transaction((tx) => upsertDailyPrices(tx, instrument.workspaceId, rows));
    await look.progress?.((start + rows.length) / usable.length);
  }
}

function isDispute({ verdict }: SecondOpinion): boolean {
  return verdict === 'disputed' || verdict === 'held';
}

/** Stores the price of now. Returns its day when it was not taken: a close of that day would be the same doubtful figure. */
async function storeQuote(
  platform: FeedPlatform,
  instrument: Instrument,
  { answer, opinion }: { readonly answer: ChainAnswer; readonly opinion: SecondOpinion },
): Promise<LocalDate | null> {
  const { quote, provider, fetchedAtMs, providerSymbol, providerName } = answer;
  const { id: instrumentId, workspaceId } = instrument;
  return platform.db.transaction(async (tx) => {
    const problem = quote ? null : 'provider_failed: the provider knows it but gave no price';
    const isNamer = provider === 'yahoo'; // The stored name is Yahoo's; the others find theirs by symbol or ISIN.
    await updateAttempt(tx, instrumentId, {
      atMs: fetchedAtMs,
      problem,
      providerSymbol: isNamer ? providerSymbol : null,
      providerName: isNamer ? providerName : null,
    });
    const { splits, dividends = [] } = answer;
    await upsertCorporateActions(tx, { workspaceId, instrumentId, provider, fetchedAtMs, splits, dividends });
    if (!quote) return null;
    const known = (await latestPrices(tx, { workspaceId, instrumentIds: [instrumentId], atMs: fetchedAtMs })).get(
      instrumentId,
    );
    const splitRatio =
      known?.state === 'priced' ? splitRatioBetween(answer.splits, known.marketAtMs, quote.marketAtMs) : Decimal.one;
    const dispute = isDispute(opinion) ? { dispute: { other: opinion.other } } : {};
    const arrival = { ...quote, ...dispute, instrumentId, provider, fetchedAtMs, isAdjusted: false, splitRatio };
    const taken = await takePrices(platform, tx, { workspaceId, arrivals: [arrival] });
    return taken.has(instrumentId) ? null : dayOf(quote.marketAtMs);
  });
}

function reasonsText(reasons: unknown): string {
  if (typeof reasons !== 'object' || reasons === null) return 'no provider is configured';
  const entries = Object.entries(reasons).map(([provider, reason]) => `${provider}: ${String(reason)}`);
  return entries.join('; ') || 'no provider is configured';
}
