/** Goal: every key the schema does not know is found, wherever it hides, and known ones never are. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { unknownKeyPaths } from './unknown-keys.ts';

const leaf = z.object({ a: z.string() });
const tree: z.ZodType = z.object({ name: z.string(), children: z.lazy(() => z.array(tree)).optional() });
const found = (type: z.ZodType, value: unknown) =>
  unknownKeyPaths(type, value).map((path) => path.map(String).join('.'));

test.each([
  ['object', leaf, { a: '', x: 1 }, ['x']],
  ['nested in optional and nullable', z.object({ o: leaf.nullable().optional() }), { o: { a: '', x: 1 } }, ['o.x']],
  ['default', leaf.default({ a: '' }), { a: '', x: 1 }, ['x']],
  ['list', z.array(leaf), [{ a: '' }, { a: '', x: 1 }], ['1.x']],
  ['tuple with rest', z.tuple([leaf]).rest(leaf), [{ a: '' }, { a: '', x: 1 }], ['1.x']],
  ['record', z.record(z.string(), leaf), { k: { a: '', x: 1 } }, ['k.x']],
  ['transform', leaf.transform((value) => value.a), { a: '', x: 1 }, ['x']],
  ['intersection', z.intersection(leaf, z.object({ b: z.string() })), { a: '', b: '', x: 1 }, ['x']],
  ['strict object reports itself', z.strictObject({ a: z.string() }), { a: '', x: 1 }, []],
  ['loose object welcomes', z.looseObject({ a: z.string() }), { a: '', x: 1 }, []],
  ['recursive', tree, { name: '', children: [{ name: '', x: 1 }] }, ['children.0.x']],
  ['prototype names', leaf, JSON.parse('{"a":"","constructor":1,"toString":2}'), ['constructor', 'toString']],
])('%s', (_name, type, value, paths) => {
  expect(found(type, value)).toEqual(paths);
});

test('a discriminated union listens to the option that accepts the value', () => {
  const shape = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('price'), level: z.string() }),
    z.object({ kind: z.literal('percent'), ratio: z.number() }),
  ]);
  expect(found(shape, { kind: 'price', level: '1' })).toEqual([]);
  expect(found(shape, { kind: 'percent', ratio: 1, level: '1' })).toEqual(['level']);
});

test('a deep value ends at the limit instead of the stack', () => {
  let deep: Record<string, unknown> = { name: '' };
  for (let depth = 0; depth < 10_000; depth += 1) deep = { name: '', children: [deep] };
  expect(found(tree, deep)).toEqual([]);
});
