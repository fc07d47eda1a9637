/**
 * Second opinion: from time to time the price of one provider is held against another's. When they differ by more than the
 * operator allows, neither is used until they agree again or a person decides: a wrong price looks like any other.
 */
import { DAY_MS, Decimal } from '#kernel';
import { recentDay } from './day.ts';
import { feedOf } from './feed.ts';
import type { Instrument } from './instrument.ts';
import { findComparison, updateComparison } from './feed.store.ts';
import type { QuarantinedPrice } from './price.store.ts';
import type { Quote } from './provider/price-provider.ts';
import type { ChainAnswer } from './provider/provider-chain.ts';
import type { FeedPlatform } from './refresh.ts';

/** Prices further apart in time than this may both be right. A listed thing has one close a day, a coin none. */
const COIN_APART_MS_MAX = 10 * 60_000;
const LISTED_APART_MS_MAX = DAY_MS - 1;

export type Other = NonNullable<QuarantinedPrice['other']>;

export interface SecondOpinion {
  /** `held` while an older disagreement could not be settled, because nobody else could be asked. */
  readonly verdict: 'unasked' | 'agreed' | 'disputed' | 'held';
  readonly other: Other | null;
}

const UNASKED: SecondOpinion = { verdict: 'unasked', other: null };

/** Asks another provider when it is time, and writes down whether they agree. Leaves the process: never inside a transaction. */
export async function fetchSecondOpinion(
  platform: FeedPlatform,
  instrument: Instrument,
  answer: ChainAnswer,
): Promise<SecondOpinion> {
  const { chain, settings } = feedOf(platform);
  const { quote, provider } = answer;
  if (provider === 'simulator' || !quote || settings.quorumPercent === 0) return UNASKED;
  const atMs = platform.clock();
  const known = await findComparison(platform.db, instrument.id);
  const isDue = known.comparedAtMs === null || atMs - known.comparedAtMs >= settings.quorumSeconds * 1_000;
  if (!known.isDisputed && !isDue) return UNASKED;
  const undecided: SecondOpinion = known.isDisputed ? { verdict: 'held', other: null } : UNASKED;
  if (!(await chain.hasOther(instrument, provider))) return undecided;
  const ask = { from: recentDay(atMs), patience: 'fresh', needs: 'quote', except: provider } as const;
  const other = await chain.fetch(instrument, ask);
  if (!other.ok || !other.value.quote || !areComparable(quote, other.value.quote, instrument)) return undecided;
  const isDisputed = differByMore(quote.price, other.value.quote.price, settings.quorumPercent);
  await platform.db.transaction((tx) => updateComparison(tx, instrument.id, { comparedAtMs: atMs, isDisputed }));
  const { price } = other.value.quote;
  return { verdict: isDisputed ? 'disputed' : 'agreed', other: { provider: other.value.provider, price } };
}

/** True when the two say something about the same thing at about the same time. */
export function areComparable(one: Quote, other: Quote, { kind }: Pick<Instrument, 'kind'>): boolean {
  const apartMs = Math.abs(one.marketAtMs - other.marketAtMs);
  return one.currency === other.currency && apartMs <= (kind === 'crypto' ? COIN_APART_MS_MAX : LISTED_APART_MS_MAX);
}

/** True when the larger price is more than this percentage above the smaller one. */
export function differByMore(one: Decimal, other: Decimal, percent: number): boolean {
  const smaller = one.compare(other) < 0 ? one : other;
  const gap = one.minus(other).absolute().times(Decimal.of(100n));
  return gap.compare(smaller.times(Decimal.from(String(percent)))) > 0;
}
