/** Goal: what the events page decides by itself: filters as people type them, short addresses, answers in words. */
import { expect, test } from 'vitest';
import { answerText, durationText, filtersOf, hostOf } from './event-words.ts';
import { eventTexts } from './texts.ts';

test.each([
  ['markets.*\nportfolios.*', ['markets.*', 'portfolios.*']],
  [' Markets.* , markets.* ;a.b ', ['markets.*', 'a.b']],
  ['', []],
  ['\n \n', []],
])('%j is read as %j', (typed, expected) => {
  expect(filtersOf(typed)).toEqual(expected);
});

test.each([
  ['https://hooks.example.com/', 'hooks.example.com'],
  ['https://hooks.example.com:8443/cactus?x=1', 'hooks.example.com:8443/cactus'],
  ['not an address', 'not an address'],
])('%s is shown as %s', (url, expected) => {
  expect(hostOf(url)).toBe(expected);
});

test('an answer is its status, or why there is none, in words', () => {
  const t = (key: keyof typeof eventTexts.es) => eventTexts.es[key];
  expect(answerText(t, { status: 204, error: null })).toBe('204');
  expect(answerText(t, { status: null, error: 'timeout' })).toBe('No respondió a tiempo');
  expect(answerText(t, { status: null, error: 'something_new' })).toBe('No se pudo conectar');
  expect(answerText(t, { status: null, error: null })).toBe('—');
});

test('durations are milliseconds until ten seconds', () => {
  expect(durationText(37.6)).toBe('38\u00a0ms');
  expect(durationText(15_000)).toBe('15\u00a0s');
  expect(durationText(null)).toBe('—');
});
