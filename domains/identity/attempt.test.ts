/** Goal: waiting grows with each failure, has an end, and addresses are grouped as their owners hold them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACCOUNT_LIMIT, accountKey, addressGroup, delayAfterFailureMs } from './attempt.ts';

test('the first failures are free, then the wait doubles up to a quarter of an hour', () => {
  const waits = [1, 4, 5, 6, 7, 14, 40].map((count) => delayAfterFailureMs(count, ACCOUNT_LIMIT));
  expect(waits).toEqual([0, 0, 2_000, 4_000, 8_000, 900_000, 900_000]);
});

test('a further failure never shortens the wait', () => {
  fc.assert(
    fc.property(fc.nat(5_000), (count) => {
      return delayAfterFailureMs(count + 1, ACCOUNT_LIMIT) >= delayAfterFailureMs(count, ACCOUNT_LIMIT);
    }),
  );
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:aaaa::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::ffff', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (ip, group) => {
  expect(addressGroup(ip)).toBe(group);
});

test('an account is the same whatever its letter case, and its key does not show the e-mail', () => {
  const key = accountKey('Ana@Example.com', '203.0.113.9');
  expect(key).toBe(accountKey(' ana@example.com', '203.0.113.9'));
  expect(key).not.toContain('example');
});
