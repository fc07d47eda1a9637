/** Goal: a walk over cursor pages sees every row once, in order, while others insert; a foreign cursor is refused. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { cursorOf, pageOf, readCursor } from './pages.ts';

const key = z.tuple([z.int(), z.string()]);

test('a cursor reads back as it was, and anything else is null', () => {
  fc.assert(
    fc.property(fc.tuple(fc.integer(), fc.string({ maxLength: 40 })), (value) => {
      expect(readCursor(cursorOf(value), key)).toEqual(value);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => readCursor(text, key) === null || cursorOf(readCursor(text, key) ?? []) !== ''),
  );
  for (const text of ['', '%', 'bnVsbA', cursorOf(['a', 1]), cursorOf([1]), 'A'.repeat(1_000)]) {
    expect(readCursor(text, key)).toBeNull();
  }
});

test('a page that ends in a falsy row has a next one', () => {
  expect(pageOf([0, 1], { limit: 1, keyOf: (id) => [id] })).toEqual({ items: [0], nextCursor: cursorOf([0]) });
});

test('pages cover every row exactly once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(500), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (ids, limit) => {
      const rows = ids.toSorted((a, b) => a - b);
      const seen: number[] = [];
      let after = -1;
      for (let pages = 0; pages <= rows.length; pages += 1) {
        const slice = rows.filter((id) => id > after).slice(0, limit + 1);
        const page = pageOf(slice, { limit, keyOf: (id) => [id] });
        seen.push(...page.items);
        if (page.nextCursor === null) break;
        after = readCursor(page.nextCursor, z.tuple([z.int()]))?.[0] ?? Number.POSITIVE_INFINITY;
      }
      expect(seen).toEqual(rows);
    }),
  );
});
