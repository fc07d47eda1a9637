/** Goal: a rule fires on each crossing exactly once, whatever the path of the price, and never on what it saw first. */
import { Decimal } from '#kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AlertState,
  type AlertTerms,
  distancePercent,
  initialState,
  isUnreachable,
  stepAlert,
  triggersOf,
} from './alert.ts';

const of = (text: string) => Decimal.from(text);
const terms = (condition: AlertTerms['condition'], threshold: string, more: Partial<AlertTerms> = {}): AlertTerms => ({
  condition,
  threshold: of(threshold),
  referencePrice: null,
  hysteresisPercent: Decimal.zero,
  windowDays: null,
  ...more,
});
const UNSEEN: AlertState = { zone: 'unknown', zoneReference: null };

/** Prices at which the rule fired, walking a path of prices (with an optional previous close after a slash). */
function firings(rule: AlertTerms, path: readonly string[], start: AlertState = UNSEEN): string[] {
  let state = start;
  return path.filter((step) => {
    const [price = '', close] = step.split('/');
    const moved = stepAlert({ terms: rule, state }, { price: of(price), previousClose: close ? of(close) : null });
    state = moved.state;
    return moved.crossed !== null;
  });
}

test.each([
  ['above', ['99', '100', '101', '99', '100'], ['100', '100']],
  ['above', ['101', '102'], []],
  ['above', ['99', '250'], ['250']],
  ['above', ['99', '99.99999999999999999', '100.00000000000000001'], ['100.00000000000000001']],
  ['below', ['101', '100', '99', '101', '40'], ['100', '40']],
  ['below', ['90', '80'], []],
] as const)('%s 100 over %j fires at %j', (condition, path, expected) => {
  expect(firings(terms(condition, '100'), path)).toEqual(expected);
});

test('hysteresis waits until the price has come back far enough', () => {
  const rule = terms('above', '100', { hysteresisPercent: of('2') });
  expect(firings(rule, ['99', '100', '99', '100', '98.01', '100', '98', '100'])).toEqual(['100', '100']);
});

test('a percent move fires at both ends, exactly at the band, and on a jump from one end to the other', () => {
  const rule = terms('percent_move', '5', { referencePrice: of('200') });
  expect(firings(rule, ['200', '209.99', '210', '220', '180', '200', '190'])).toEqual(['210', '180', '190']);
  expect(firings(terms('percent_up', '5', { referencePrice: of('200') }), ['200', '150', '210'])).toEqual(['210']);
  expect(firings(terms('percent_down', '5', { referencePrice: of('200') }), ['200', '250', '190'])).toEqual(['190']);
});

test('a day rule measures from the previous close and is armed again by the next day', () => {
  const rule = terms('percent_move', '10');
  expect(firings(rule, ['100', '100/100', '111/100', '115/100', '116/115', '127/115'])).toEqual(['111/100', '127/115']);
  // A gap at the opening of a new day is a move of that day.
  expect(firings(rule, ['100/100', '130/110'])).toEqual(['130/110']);
});

test('a rule made while the price is already beyond waits for the next crossing', () => {
  const rule = terms('above', '100');
  const start = initialState(rule, { price: of('120'), previousClose: null });
  expect(start.zone).toBe('high');
  expect(firings(rule, ['121', '99', '101'], start)).toEqual(['101']);
  expect(initialState(rule, null)).toEqual(UNSEEN);
});

test('a fall of the whole price can never come', () => {
  expect(isUnreachable(terms('percent_down', '100'))).toBe(true);
  expect(isUnreachable(terms('percent_move', '150'))).toBe(false);
  expect(triggersOf(terms('percent_move', '150', { referencePrice: of('10') }), {})).toMatchObject({ lower: null });
});

test('the distance is to the nearest trigger and zero beyond it', () => {
  const band = triggersOf(terms('percent_move', '10', { referencePrice: of('100') }), {})!;
  expect(distancePercent(band, of('104'))?.toFixed(2)).toBe('5.77');
  expect(distancePercent(band, of('96'))?.toFixed(2)).toBe('6.25');
  expect(distancePercent(band, of('130'))?.toFixed(2)).toBe('0.00');
});

/**
 * Model: in integers, without zones. The rule is armed when the price has been strictly inside the re-arming line since the
 * last firing (or since the first price); it fires when armed and at or beyond a trigger.
 */
function modelFirings(
  path: readonly number[],
  { upper, back }: { readonly upper: number; readonly back: number },
): number[] {
  const fired: number[] = [];
  let armed: boolean | null = null;
  path.forEach((price, index) => {
    if (armed === null) armed = price < upper;
    else if (armed && price >= upper) {
      fired.push(index);
      armed = false;
    } else if (!armed && price < upper && price <= back) armed = true;
  });
  return fired;
}

test('property: the rule agrees with a model that knows nothing of zones, and a restart at any tick changes nothing', () => {
  const path = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      path,
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 2, max: 199 }),
      (prices, hysteresis, upper) => {
        const rule = terms('above', String(upper), { hysteresisPercent: of(String(hysteresis)) });
        let state = UNSEEN;
        const fired: number[] = [];
        prices.forEach((price, index) => {
          // Stored and read back between any two ticks, as after a restart.
          const stored = JSON.parse(JSON.stringify(state)) as { zone: AlertState['zone'] };
          const step = stepAlert(
            { terms: rule, state: { zone: stored.zone, zoneReference: null } },
            { price: Decimal.of(BigInt(price)), previousClose: null },
          );
          state = step.state;
          if (step.crossed) fired.push(index);
        });
        expect(fired).toEqual(modelFirings(prices, { upper, back: (upper * (100 - hysteresis)) / 100 }));
      },
    ),
  );
});

test('property: below is above seen in a mirror', () => {
  const path = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 });
  fc.assert(
    fc.property(path, (prices) => {
      const above = firings(terms('above', '100'), prices.map(String));
      const below = firings(
        terms('below', '101'),
        prices.map((price) => String(201 - price)),
      );
      expect(below).toEqual(above.map((price) => String(201 - Number(price))));
    }),
  );
});
