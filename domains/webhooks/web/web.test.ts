/** Goal: what the events page decides by itself: filters as people type them, short addresses, answers in words. */
import { expect, test } from 'vitest';
import { answerText, durationText, filtersOf, hostOf } from './event-words.ts';
import { conditionsOf, conditionsText } from './conditions.ts';
import { draftOf, faultsOf, serviceOf } from './endpoint-draft.ts';
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

test.each([
  ['data.boxes gte 10', [{ path: 'data.boxes', op: 'gte', value: 10 }]],
  [
    'type = box.counted\n\n amount > 5 ',
    [
      { path: 'type', op: 'eq', value: 'box.counted' },
      { path: 'amount', op: 'gt', value: 5 },
    ],
  ],
  ['state in open, 3', [{ path: 'state', op: 'in', value: ['open', 3] }]],
  ['state in ["a","b"]', [{ path: 'state', op: 'in', value: ['a', 'b'] }]],
  ['note exists', [{ path: 'note', op: 'exists' }]],
  ['name eq "10"', [{ path: 'name', op: 'eq', value: '10' }]],
])('the condition %j is read, and written back the same', (typed, expected) => {
  const { conditions, wrongLine } = conditionsOf(typed);
  expect([conditions, wrongLine]).toEqual([expected, null]);
  expect(conditionsOf(conditionsText(conditions)).conditions).toEqual(expected);
});

test.each(['boxes', 'boxes like 3', 'a..b eq 1', 'a exists 1', 'a in [1', 'a eq [1]'])(
  '%j is no condition',
  (typed) => {
    expect(conditionsOf(`ok eq 1\n${typed}`).wrongLine).toBe(2);
  },
);

test('how an endpoint is served is typed as text and checked before it is sent', () => {
  const draft = { ...draftOf(null), rate: ' 5 ', retries: '10, 60;600' };
  expect(serviceOf(draft)).toMatchObject({
    rateLimitPerSecond: 5,
    retryDelaysSeconds: [10, 60, 600],
    ordering: 'none',
  });
  expect(serviceOf(draftOf(null))).toMatchObject({ rateLimitPerSecond: null, retryDelaysSeconds: null });
  expect(faultsOf({ ...draft, rate: '0', retries: '5, x' })).toMatchObject({
    isRateWrong: true,
    areRetriesWrong: true,
  });
  expect(faultsOf(draft)).toEqual({ wrongLine: null, isRateWrong: false, areRetriesWrong: false });
});
