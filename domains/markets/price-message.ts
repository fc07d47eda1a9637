/** The wire form of a price, the same in answers and on the socket. */
import { Decimal } from '#kernel';
import type { InstrumentKind } from './instrument.ts';
import { isStalePrice, type LatestPrice, type Price } from './price.ts';

/** A price as the contract says it; the day change is against the previous close, two decimals. */
export function priceMessage(price: Price, kind: InstrumentKind, atMs: number) {
  return {
    state: 'priced' as const,
    instrumentId: price.instrumentId,
    price: price.price.toString(),
    currency: price.currency,
    provider: price.provider,
    marketAtMs: price.marketAtMs,
    fetchedAtMs: price.fetchedAtMs,
    previousClose: price.previousClose?.toString() ?? null,
    dayChangePercent: dayChangePercent(price)?.toFixed(2) ?? null,
    isStale: isStalePrice(price, kind, atMs),
    isSimulated: price.provider === 'simulator',
    isManual: price.provider === 'manual',
  };
}

/** A newest price with its doubts as the contract says it. */
export function latestMessage(latest: LatestPrice) {
  if (latest.state === 'missing') return latest;
  const message = priceMessage(latest, 'other', latest.marketAtMs);
  return { ...message, isStale: latest.isStale };
}

/** Move since the previous close in percent, two decimals, half-even. */
export function dayChangePercent(price: Pick<Price, 'price' | 'previousClose'>): Decimal | null {
  if (!price.previousClose || price.previousClose.isZero) return null;
  const move = price.price.minus(price.previousClose).times(Decimal.of(100n));
  return move.dividedBy(price.previousClose, 2, 'half-even');
}
