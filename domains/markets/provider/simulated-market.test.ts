/** Goal: the simulated market is one deterministic path, whoever asks and in whatever order. */
import { DAY_MS, epochDay, localDate } from '#kernel';
import { expect, test } from 'vitest';
import { simulatedCloses, simulatedEuroRate, simulatedPrice } from './simulated-market.ts';

const BTC = { kind: 'crypto', key: 'BTC', currency: 'EUR' } as const;
const dayStartMs = epochDay(localDate('2026-11-20')) * DAY_MS;

test('the same seed and instant give the same price, another seed another one', () => {
  const price = simulatedPrice(1, BTC, dayStartMs + 12_345_000);
  simulatedPrice(1, BTC, dayStartMs - 400 * DAY_MS);
  expect(simulatedPrice(1, BTC, dayStartMs + 12_345_000).equals(price)).toBe(true);
  expect(simulatedPrice(2, BTC, dayStartMs + 12_345_000).equals(price)).toBe(false);
});

test('the last tick of a day is its close, and the next day starts from there', () => {
  const [close] = simulatedCloses(1, BTC, { from: localDate('2026-11-20'), to: localDate('2026-11-20') });
  expect(simulatedPrice(1, BTC, dayStartMs + DAY_MS - 1).equals(close!.close)).toBe(true);
  const jump = Math.abs(Math.log(Number(simulatedPrice(1, BTC, dayStartMs + DAY_MS)) / Number(close!.close)));
  expect(jump).toBeLessThan(0.005);
});

test('eighteen months of closes stay positive and move like a coin, not like a bug', () => {
  const closes = simulatedCloses(1, BTC, { from: localDate('2025-05-20'), to: localDate('2026-11-20') });
  const prices = closes.map(({ close }) => Number(close));
  const moves = prices.slice(1).map((price, index) => Math.log(price / (prices[index] ?? price)));
  const yearly = Math.sqrt((moves.reduce((sum, move) => sum + move * move, 0) / moves.length) * 365);
  expect(closes).toHaveLength(550);
  expect(Math.min(...prices)).toBeGreaterThan(0);
  expect(yearly).toBeGreaterThan(0.45);
  expect(yearly).toBeLessThan(0.65);
});

test('ticks a second apart move a little, almost always', () => {
  const ticks = Array.from({ length: 600 }, (_, second) => Number(simulatedPrice(1, BTC, dayStartMs + second * 1_000)));
  const moved = ticks.slice(1).filter((tick, index) => tick !== ticks[index]).length;
  const largest = Math.max(...ticks.slice(1).map((tick, index) => Math.abs(tick / (ticks[index] ?? tick) - 1)));
  expect(moved).toBeGreaterThan(500);
  expect(largest).toBeLessThan(0.01);
});

test('knows common currencies and refuses to invent others', () => {
  expect(Number(simulatedEuroRate(1, 'USD', localDate('2026-11-20')))).toBeGreaterThan(0.8);
  expect(simulatedEuroRate(1, 'QQQ', localDate('2026-11-20'))).toBeNull();
});
