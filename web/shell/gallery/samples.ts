/** Made-up rows of the gallery: the same on every visit, so that pictures can be compared. */
import type { Point } from '#web/ui';

export interface SampleTrade {
  readonly id: string;
  readonly day: string;
  readonly client: string;
  readonly asset: string;
  readonly kind: string;
  readonly quantity: string;
  readonly price: string;
  readonly amount: string;
  readonly state: 'settled' | 'rejected' | 'pending';
}

const CLIENTS = [
  'Dagoba Inversiones',
  'Inés Peña',
  'Bresca SL',
  'Familia Ortega',
  'Elena Ávila',
  'Gestoría Ríos',
  'Íñigo Núñez',
];
const ASSETS = ['VWCE', 'SAN', 'EUNA', 'ETH', 'AAPL', 'IWDA', 'BTC'];
const KINDS = ['Compra', 'Venta', 'Dividendo', 'Comisión'];
const FIRST_DAY_MS = Date.UTC(2024, 0, 2);
const DAY_MS = 86_400_000;
const CYCLE = 2_147_483_647;

/** Park and Miller's generator: repeatable, and good enough to look like data. */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % CYCLE;
    return state / CYCLE;
  };
}

export function sampleTrades(count: number): readonly SampleTrade[] {
  const next = sequence(7);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(next() * values.length)] as Value;
  return Array.from({ length: count }, (_, index) => {
    const quantityHundredths = Math.floor(next() * 50_000) + 100;
    const priceCents = Math.floor(next() * 40_000) + 500;
    const amountHundredths = Math.round((quantityHundredths * priceCents) / 100);
    const sign = next() < 0.5 ? '-' : '';
    return {
      id: `trade-${index}`,
      day: new Date(FIRST_DAY_MS + index * DAY_MS * 0.1).toISOString().slice(0, 10),
      client: pick(CLIENTS),
      asset: pick(ASSETS),
      kind: pick(KINDS),
      quantity: hundredths(quantityHundredths),
      price: hundredths(priceCents),
      amount: `${sign}${hundredths(amountHundredths)}`,
      state: next() < 0.86 ? 'settled' : next() < 0.5 ? 'rejected' : 'pending',
    };
  });
}

function hundredths(count: number): string {
  return `${Math.floor(count / 100)}.${String(count % 100).padStart(2, '0')}`;
}

/** A daily walk that ends on 20 November 2026. */
export function sampleWalk(seed: number, startValue: number): readonly Point[] {
  const next = sequence(seed);
  const endMs = Date.UTC(2026, 10, 20);
  let value = startValue;
  return Array.from({ length: 730 }, (_, index): Point => {
    value *= 1 + (next() - 0.485) * 0.012;
    return [endMs - (729 - index) * DAY_MS, Math.round(value * 100) / 100];
  });
}
