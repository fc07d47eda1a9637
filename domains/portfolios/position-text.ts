/** A position and its price as the API answers them. */
import type { LatestPrice } from '#markets';
import { textOf, type ValuedPortfolio } from './figures.ts';
import type { ValuedHolding } from './valuation.ts';

/** One price as a row shows it. */
export function priceText(price: LatestPrice | undefined) {
  if (!price || price.state === 'missing')
    return { state: 'missing' as const, reason: price?.reason ?? 'never_fetched' };
  const { currency, provider, marketAtMs, fetchedAtMs, isStale, isSimulated, isManual } = price;
  const facts = { currency, provider, marketAtMs, fetchedAtMs, isStale, isSimulated, isManual };
  return { state: 'priced' as const, price: price.price.toString(), ...facts };
}

/** One holding as a row of the positions table. */
export function positionText(valued: ValuedPortfolio, holding: ValuedHolding) {
  const { instrumentId } = holding;
  const instrument = valued.instruments.get(instrumentId);
  return {
    instrumentId,
    symbol: instrument?.symbol ?? null,
    isin: instrument?.isin ?? null,
    name: instrument?.name ?? '',
    kind: instrument?.kind ?? ('other' as const),
    quantity: holding.quantity.toString(),
    price: priceText(valued.prices.get(instrumentId)),
    value: textOf(holding.value),
    weightRatio: holding.weightRatio,
    cost: textOf(holding.cost),
    unrealised: textOf(holding.unrealised),
    gainRatio: holding.gainRatio,
    fxGain: textOf(holding.fxGain),
    realised: textOf(holding.realised),
    income: textOf(holding.income),
    profit: textOf(holding.profit),
    dayChange: textOf(valued.dayChanges.get(instrumentId) ?? null),
  };
}
