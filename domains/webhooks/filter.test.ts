/** Goal: a filter says exactly which events an endpoint hears, and hostile globs are refused. */
import { expect, test } from 'vitest';
import { CreateEndpoint } from './contract.ts';
import { compileFilters } from './filter.ts';

test.each([
  [[], 'markets.alert.fired', true],
  [['*'], 'markets.alert.fired', true],
  [['markets.*'], 'markets.alert.fired', true],
  [['markets.*'], 'marketsx.alert.fired', false],
  [['markets.*'], 'portfolios.batch.imported', false],
  [['*.alert.*'], 'markets.alert.fired', true],
  [['markets.alert.fired'], 'markets.alert.fired', true],
  [['markets.alert.fired'], 'markets.alert.fired2', false],
  [['markets.alert.fired'], 'marketsXalert.fired', false],
  [['a.b.c', 'markets.*'], 'markets.price.set', true],
])('%j hears %s: %s', (filters, name, expected) => {
  const accepts = compileFilters(filters);
  expect(accepts(name)).toBe(expected);
  expect(accepts(name)).toBe(expected); // The remembered answer is the same.
});

const isFilter = (filter: string) =>
  CreateEndpoint.body.safeParse({ url: 'https://example.com/', filters: [filter] }).success;

test.each(['', 'A.b', '(a+)+', 'a**', 'a b', 'ñ', '.*', 'x'.repeat(101)])('refuses the filter %j', (text) => {
  expect(isFilter(text)).toBe(false);
});
test.each(['*', 'markets.*', '*.fired', 'command-center.service.*'])('accepts the filter %s', (text) => {
  expect(isFilter(text)).toBe(true);
});
