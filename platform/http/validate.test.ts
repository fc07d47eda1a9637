/** Goal: whatever arrives is parsed or refused, never thrown; whatever leaves is exact and nothing but its schema. */
import { AssertionFault, Decimal } from '#kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkInput, serialiseBody } from './validate.ts';

const amount = z.codec(
  z.string(),
  z.custom<Decimal>((value) => value instanceof Decimal),
  {
    decode: (text) => Decimal.from(text),
    encode: (value) => value.toString(),
  },
);
const body = z.object({
  name: z.string().max(5),
  lines: z.array(z.object({ amountMinor: z.string(), tags: z.record(z.string(), z.int()).optional() })).max(3),
  kind: z.discriminatedUnion('type', [
    z.object({ type: z.literal('a'), level: z.number() }),
    z.object({ type: z.literal('b'), ratio: z.number().min(0).max(1) }),
  ]),
});

test('any JSON is parsed or refused with named fields, never thrown and never a long answer', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const checked = checkInput('body', body, value);
      return checked.ok || (checked.issues.length > 0 && checked.issues.length <= 20);
    }),
  );
});

test('what the contract accepts plus one stray key is refused at that key', () => {
  const line = fc.record({ amountMinor: fc.string() });
  const kind = fc.oneof(
    fc.record({ type: fc.constant('a' as const), level: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    fc.record({ type: fc.constant('b' as const), ratio: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );
  const fitting = fc.record({ name: fc.string({ maxLength: 5 }), lines: fc.array(line, { maxLength: 3 }), kind });
  fc.assert(
    fc.property(fitting, (value) => {
      expect(checkInput('body', body, value)).toMatchObject({ ok: true });
      const stray = { ...value, kind: { ...value.kind, stray: 1 } };
      expect(checkInput('body', body, stray)).toMatchObject({ ok: false, issues: [{ path: 'body.kind.stray' }] });
    }),
  );
});

test.each([
  [{ name: 'abcdef' }, 'body.name', 'Send at most 5 characters.'],
  [{ lines: 'x' }, 'body.lines', 'Send a list.'],
  [{ lines: [1] }, 'body.lines[0]', 'Send an object.'],
  [{ lines: [{}] }, 'body.lines[0].amountMinor', 'Required: send text.'],
  [{ lines: [1, 2, 3, 4] }, 'body.lines', 'Send at most 3 items.'],
  [{ kind: { type: 'b', ratio: 2 } }, 'body.kind.ratio', 'Send at most 1.'],
])('%j is told at %s: %s', (part, path, message) => {
  const checked = checkInput('body', body, { name: 'a', lines: [], kind: { type: 'a', level: 1 }, ...part });
  expect(checked.ok ? [] : checked.issues).toContainEqual({ path, message });
});

test('exact values leave as text, strangers stay, and a body that does not fit is a bug', () => {
  const schema = z.object({ total: amount, size: z.bigint(), at: z.array(z.object({ id: z.string() })) });
  const value = { total: Decimal.from('0.10'), size: 2n ** 70n, at: [{ id: 'a', secret: 's' }], password: 'p' };
  expect(serialiseBody(schema, value)).toBe('{"total":"0.1","size":"1180591620717411303424","at":[{"id":"a"}]}');
  const misfit = () => serialiseBody(schema, { total: '0.1', size: 1, at: [] });
  expect(misfit).toThrow(AssertionFault);
  expect(misfit).toThrow(/response\.size/);
});

test('text that no database can hold is refused at its field', () => {
  const type = z.object({ note: z.string(), tags: z.array(z.string()), extra: z.record(z.string(), z.string()) });
  const fitting = { note: '🌵', tags: ['a'], extra: {} };
  expect(checkInput('body', type, fitting).ok).toBe(true);
  const pathOf = (change: object): string | undefined => {
    const checked = checkInput('body', type, { ...fitting, ...change });
    return checked.ok ? undefined : checked.issues[0]?.path;
  };
  expect(pathOf({ note: 'a\0b' })).toBe('body.note');
  expect(pathOf({ tags: ['a', '\ud800'] })).toBe('body.tags[1]');
  expect(pathOf({ extra: { 'a\0': 'b' } })).toBe('body.extra');
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
  expect(checkInput('body', type, deep).ok).toBe(false);
});
