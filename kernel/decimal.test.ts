/** Goal: decimal arithmetic is exact, rounding is the one named, and text survives a round trip. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, type Rounding } from './decimal.ts';

const decimals = fc
  .tuple(fc.bigInt(-(10n ** 24n), 10n ** 24n), fc.integer({ min: 0, max: 18 }))
  .map(([coefficient, scale]) => Decimal.of(coefficient, scale));

describe('text', () => {
  test.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['+1.50', '1.5'],
    ['.5', '0.5'],
    ['7.', '7'],
    ['1e-8', '0.00000001'],
    ['1.25E3', '1250'],
    ['-1e2', '-100'],
    ['000123.4500', '123.45'],
    ['100000000000000000000.000000000000000001', '100000000000000000000.000000000000000001'],
  ])('%s reads as %s', (text, shortest) => {
    expect(Decimal.parse(text)?.toString()).toBe(shortest);
  });

  test.each([
    '',
    ' ',
    '1,5',
    '1.2.3',
    'abc',
    '0x10',
    'NaN',
    'Infinity',
    '1e999',
    '--1',
    '1'.repeat(81),
    `0.${'1'.repeat(41)}`,
  ])('%j is not a decimal', (text) => {
    expect(Decimal.parse(text)).toBeNull();
  });

  test('a round trip through text changes nothing', () => {
    fc.assert(fc.property(decimals, (value) => Decimal.from(value.toString()).equals(value)));
  });

  test('toFixed pads and never cuts', () => {
    expect(Decimal.from('1.5').toFixed(2)).toBe('1.50');
    expect(Decimal.from('3').toFixed(2)).toBe('3.00');
    expect(Decimal.from('1.239').toFixed(2)).toBe('1.239');
    expect(Decimal.from('-0.05').toFixed(2)).toBe('-0.05');
  });
});

describe('arithmetic', () => {
  test('the classic float traps are exact', () => {
    expect(Decimal.from('0.1').plus(Decimal.from('0.2')).toString()).toBe('0.3');
    expect(Decimal.from('1.005').times(Decimal.from('100')).toString()).toBe('100.5');
    expect(Decimal.from('9007199254740993').times(Decimal.from('1.1')).toString()).toBe('9907919180215092.3');
  });

  test('plus and minus undo each other; times distributes', () => {
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        expect(a.plus(b).minus(b).equals(a)).toBe(true);
        expect(a.times(b.plus(c)).equals(a.times(b).plus(a.times(c)))).toBe(true);
      }),
    );
  });

  test('compare agrees with subtraction', () => {
    fc.assert(fc.property(decimals, decimals, (a, b) => a.compare(b) === a.minus(b).sign));
  });

  test('division strays less than one unit of the last digit, and multiplies back when it is exact', () => {
    const divisors = decimals.filter((value) => !value.isZero);
    fc.assert(
      fc.property(decimals, divisors, (a, b) => {
        const quotient = a.dividedBy(b, 20, 'half-even');
        const strayed = quotient.times(b).minus(a).absolute();
        const unit = Decimal.of(1n, 20).times(b).absolute();
        expect(strayed.compare(unit)).toBe(-1);
        expect(a.times(b).dividedBy(b, 40, 'down').equals(a)).toBe(true);
      }),
    );
  });

  test('a division by zero is a bug, not a number', () => {
    expect(() => Decimal.one.dividedBy(Decimal.zero, 2, 'down')).toThrow('division by zero');
  });
});

describe('rounding', () => {
  test.each<[string, number, Rounding, string]>([
    ['2.5', 0, 'half-even', '2'],
    ['3.5', 0, 'half-even', '4'],
    ['2.5', 0, 'half-up', '3'],
    ['-2.5', 0, 'half-up', '-3'],
    ['-2.5', 0, 'half-even', '-2'],
    ['2.99', 0, 'down', '2'],
    ['-2.99', 0, 'down', '-2'],
    ['1.005', 2, 'half-up', '1.01'],
    ['1.2', 4, 'half-up', '1.2'],
  ])('%s to %i digits %s is %s', (text, digits, rounding, expected) => {
    expect(Decimal.from(text).rounded(digits, rounding).toString()).toBe(expected);
  });

  test('rounding strays at most half a unit', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 10 }), (value, digits) => {
        const twice = value.rounded(digits, 'half-even').minus(value).absolute().times(Decimal.from('2'));
        return twice.compare(Decimal.of(1n, digits)) <= 0;
      }),
    );
  });
});
