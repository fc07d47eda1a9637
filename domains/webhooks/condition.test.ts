/** Goal: a condition lets through exactly what it says, compares money exactly, and never runs anything of a stranger's. */
import { expect, test } from 'vitest';
import { Condition, firstUnmet, meetsConditions } from './condition.ts';

const payload = {
  type: 'box.counted',
  amount: '1000.10',
  boxes: 12,
  isUrgent: true,
  note: null,
  tags: ['a', 'b'],
  day: '2026-11-21',
  lines: [{ price: '0.1' }, { price: '0.30' }],
};
const holds = (path: string, op: Condition['op'], value?: Condition['value']) =>
  meetsConditions(payload, [value === undefined ? { path, op } : { path, op, value }]);

test.each<[string, Condition['op'], Condition['value'], boolean]>([
  ['type', 'eq', 'box.counted', true],
  ['type', 'eq', 'box', false],
  ['type', 'neq', 'box', true],
  ['type', 'starts_with', 'box.', true],
  ['type', 'contains', 'count', true],
  ['type', 'in', ['x', 'box.counted'], true],
  ['type', 'in', ['x'], false],
  ['boxes', 'gt', 11, true],
  ['boxes', 'gt', 12, false],
  ['boxes', 'gte', '12', true],
  ['boxes', 'lt', 9, false],
  ['boxes', 'lte', 12, true],
  ['amount', 'eq', '1000.1', true],
  ['amount', 'gt', '999.99', true],
  ['amount', 'lt', 1000.1, false],
  ['lines.1.price', 'eq', 0.3, true],
  ['lines.2.price', 'eq', 0.3, false],
  ['isUrgent', 'eq', true, true],
  ['isUrgent', 'eq', 'true', false],
  ['note', 'eq', null, true],
  ['note', 'exists', undefined, true],
  ['tags', 'contains', 'b', true],
  ['tags', 'contains', 'c', false],
  ['day', 'gte', '2026-11-21', true],
  ['day', 'gt', '2026-11-22', false],
  ['day', 'gt', 5, false],
  ['nothing', 'missing', undefined, true],
  ['nothing', 'neq', 'x', false],
  ['tags', 'gt', 1, false],
  ['constructor', 'exists', undefined, false],
  ['type.length', 'exists', undefined, false],
  ['__proto__.polluted', 'missing', undefined, true],
])('%s %s %j is %s', (path, op, value, expected) => {
  expect(holds(path, op, value)).toBe(expected);
});

test('all of them must hold, and the first that does not is named', () => {
  const conditions: Condition[] = [
    { path: 'boxes', op: 'gt', value: 1 },
    { path: 'boxes', op: 'lt', value: 5 },
  ];
  expect(meetsConditions(payload, conditions)).toBe(false);
  expect(firstUnmet(payload, conditions)).toEqual(conditions[1]);
  expect(firstUnmet(payload, conditions.slice(0, 1))).toBeNull();
  expect(meetsConditions(undefined, [])).toBe(true);
});

test.each([
  { path: 'a b', op: 'eq', value: 1 },
  { path: '', op: 'exists' },
  { path: 'a..b', op: 'exists' },
  { path: 'a', op: 'exists', value: 1 },
  { path: 'a', op: 'eq' },
  { path: 'a', op: 'eq', value: [1] },
  { path: 'a', op: 'in', value: 1 },
  { path: 'a', op: 'in', value: [] },
  { path: 'a', op: 'matches', value: '(a+)+$' },
])('%j is refused', (condition) => {
  expect(Condition.safeParse(condition).success).toBe(false);
});
