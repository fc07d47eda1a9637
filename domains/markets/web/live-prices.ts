/** Prices as they arrive on the socket, painted at most a few times a second however fast they come. */
import { useEffect, useRef, useState } from 'react';
import { type ApiOutput, useLive } from '#web/api';

export type LatestPrice = ApiOutput<'GET /api/markets/prices'>['items'][number]['latest'];
export type PricedPrice = Extract<LatestPrice, { state: 'priced' }>;

const PAINT_MS = 250;

/** Newest price per instrument heard since the component is on screen. */
export function useLivePrices(): ReadonlyMap<string, PricedPrice> {
  const [prices, setPrices] = useState<ReadonlyMap<string, PricedPrice>>(new Map());
  const waiting = useRef(new Map<string, PricedPrice>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive('markets.prices', (signal) => {
    if (signal.type !== 'message' || !isPriced(signal.data)) return;
    waiting.current.set(signal.data.instrumentId, signal.data);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const fresh = waiting.current;
      waiting.current = new Map();
      setPrices((before) => new Map([...before, ...fresh]));
    }, PAINT_MS);
  });
  return prices;
}

/** The newer of what was read and what was heard; at a tie what was read, because it was judged stale or not later. */
export function newestPrice(read: LatestPrice, heard: PricedPrice | undefined): LatestPrice {
  if (!heard) return read;
  return read.state === 'missing' || heard.marketAtMs > read.marketAtMs ? heard : read;
}

function isPriced(data: unknown): data is PricedPrice {
  return typeof data === 'object' && data !== null && (data as Partial<PricedPrice>).state === 'priced';
}
