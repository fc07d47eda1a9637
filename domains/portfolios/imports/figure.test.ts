/** Goal: European and English figures and days are read exactly or refused; nothing is ever off by a thousand or by a day. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOfEpochDay, epochDay, parseLocalDate } from '#kernel';
import { decideOrder, parseDay } from './day.ts';
import { decideMark, markEvidence, parseFigure } from './figure.ts';
import { currencyIn, isIsin, textKey } from './text-key.ts';

test.each([
  ['1.234,56', ',', '1234.56'],
  ['1,234.56', '.', '1234.56'],
  ['9,99', ',', '9.99'],
  ['0 000,00', ',', '0'],
  ['1 234 567,8', ',', '1234567.8'],
  ['21,4%', ',', '21.4'],
  ['(12,00)', ',', '-12'],
  ['(€ 1.200,50)', ',', '-1200.5'],
  ['\u2212 3,5', ',', '-3.5'],
  ['12,5-', ',', '-12.5'],
  ['1,2E-5', ',', '0.000012'],
  ['1.2e+3', '.', '1200'],
  ["1'234.50", '.', '1234.5'],
  ['€9.99', '.', '9.99'],
  ['US$ 5', '.', '5'],
  ['12 €', ',', '12'],
  ['1.000.000', ',', '1000000'],
  ['1.234', ',', '1234'],
  ['1.234', '.', '1.234'],
  [',5', ',', '0.5'],
  ['5,', ',', '5'],
  ['+7', '.', '7'],
  ['0,00000001 BTC', ',', '0.00000001'],
  ['1 234 567', ',', '1234567'],
  ['15 USDT', '.', '15'],
] as const)('%s with mark %s is %s', (text, mark, expected) => {
  expect(parseFigure(text, mark)?.value.toString()).toBe(expected);
});

test.each([
  ['9,99', '.'],
  ['1.234,56', '.'],
  ['1,234.56', ','],
  ['1.23.456', ','],
  ['12.34,5', ','],
  ['abc', ','],
  ['', ','],
  ['--5', ','],
  ['1-2', ','],
  ['-5-', ','],
  ['1e5e5', '.'],
  ['#N/A', ','],
  ['02/01/2024', ','],
  ['1 2 3', ','],
  ['1,2,3', '.'],
  ['.', ','],
  ['-', ','],
  ['12 34', ','],
] as const)('%j with mark %s is refused', (text, mark) => {
  expect(parseFigure(text, mark)).toBe(null);
});

test('one figure is evidence only when it can mean one thing', () => {
  expect(['9,99', '1.234', '1.234,5', '1,234,567', '0.123', '1234.567', '12', '1,5e3', 'x'].map(markEvidence)).toEqual([
    ',',
    'ambiguous',
    ',',
    '.',
    '.',
    '.',
    'none',
    ',',
    'not_a_figure',
  ]);
  expect(decideMark(['1.234', '9,99'])).toEqual({ mark: ',', basis: 'column', example: '9,99' });
  expect(decideMark(['1.234', '12'])).toEqual({ mark: null, basis: 'undecided', example: '1.234' });
  expect(decideMark(['1.5', '9,99']).basis).toBe('mixed');
});

const plainDecimal = fc
  .tuple(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 0, max: 8 }), fc.boolean())
  .map(([digits, scale, isNegative]) => {
    const text = digits.toString().padStart(scale + 1, '0');
    const whole = text.slice(0, text.length - scale);
    return {
      whole,
      fraction: scale === 0 ? '' : text.slice(text.length - scale),
      sign: isNegative && digits > 0n ? '-' : '',
    };
  });
const grouped = (whole: string, group: string): string => whole.replaceAll(/\B(?=(\d{3})+$)/g, group);

test('writing a figure in either style and reading it back loses nothing', () => {
  fc.assert(
    fc.property(
      plainDecimal,
      fc.constantFrom(',', '.'),
      fc.constantFrom('', 'group', ' ', '\u00a0', '’'),
      fc.constantFrom('', ' €', '€ ', '%'),
      ({ whole, fraction, sign }, mark, grouping, unit) => {
        const group = grouping === 'group' ? (mark === ',' ? '.' : ',') : grouping;
        const body = `${grouped(whole, group)}${fraction === '' ? '' : mark + fraction}`;
        const text = unit === '€ ' ? `${sign}€ ${body}` : `${sign}${body}${unit}`;
        const exact = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
        return (
          parseFigure(text, mark === ',' ? ',' : '.')?.value.minus(parseFigure(exact, '.')?.value as never).isZero ===
          true
        );
      },
    ),
  );
});

test('evidence never contradicts the style a figure was written in', () => {
  fc.assert(
    fc.property(plainDecimal, fc.constantFrom<',' | '.'>(',', '.'), ({ whole, fraction }, mark) => {
      const text = `${grouped(whole, mark === ',' ? '.' : ',')}${fraction === '' ? '' : mark + fraction}`;
      return markEvidence(text) === mark || markEvidence(text) === 'none' || markEvidence(text) === 'ambiguous';
    }),
  );
});

test('fuzz: any text is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (wild, tame) => {
      for (const text of [wild, tame, `${tame}12,5${wild}`]) {
        parseFigure(text, ',');
        parseDay(text, 'dmy');
        markEvidence(text);
        textKey(text);
        currencyIn(text);
      }
      return true;
    }),
  );
});

test.each([
  ['2024-01-02', null, '2024-01-02'],
  ['2024-01-02T10:30:00Z', null, '2024-01-02'],
  ['02/01/2024', 'dmy', '2024-01-02'],
  ['02/01/2024', 'mdy', '2024-02-01'],
  ['2 ene 2024', null, '2024-01-02'],
  ['2 de enero de 2024', null, '2024-01-02'],
  ['Jan 2, 2024', null, '2024-01-02'],
  ['2-Jan-24', null, '2024-01-02'],
  ['martes, 2 de enero de 2024', null, '2024-01-02'],
  ['29.2.24', 'dmy', '2024-02-29'],
  ['31/12/1999', null, '1999-12-31'],
  ['45351', null, '2024-02-29'],
  ['20240229', null, '2024-02-29'],
  ['02/01/2024 10:30', 'dmy', '2024-01-02'],
  ['5/5/2024', null, '2024-05-05'],
  ['2nd January 2024', null, '2024-01-02'],
  ['1/9/98', 'dmy', '1998-09-01'],
  ['30/02/2024', 'dmy', null],
  ['02/03/2024', null, null],
  ['15/01/2024', 'mdy', null],
  ['mañana', 'dmy', null],
  ['13/13/2024', 'dmy', null],
  ['ene 2024', null, null],
  ['12', null, null],
] as const)('day %s read as %s is %s', (text, order, expected) => {
  expect(parseDay(text, order)).toBe(expected);
});

test('a column decides the order of its days', () => {
  expect(decideOrder(['02/03/2024', '15/01/2024'])).toEqual({ order: 'dmy', basis: 'column', example: '15/01/2024' });
  expect(decideOrder(['02/03/2024', '01/15/2024']).order).toBe('mdy');
  expect(decideOrder(['02/03/2024']).basis).toBe('undecided');
  expect(decideOrder(['13/01/2024', '01/13/2024']).basis).toBe('mixed');
});

test('every day survives both languages and all orders', () => {
  const es = ['ene', 'feb', 'mar', 'abr', 'may', 'jun', 'jul', 'ago', 'sep', 'oct', 'nov', 'dic'];
  fc.assert(
    fc.property(
      fc.integer({
        min: epochDay(parseLocalDate('1970-01-01') as never),
        max: epochDay(parseLocalDate('2068-12-31') as never),
      }),
      (day) => {
        const iso = dateOfEpochDay(day);
        const [year = '', month = '', dayText = ''] = iso.split('-');
        return [
          parseDay(`${dayText}/${month}/${year}`, 'dmy'),
          parseDay(`${month}/${dayText}/${year}`, 'mdy'),
          parseDay(`${Number(dayText)} ${es[Number(month) - 1]} ${year}`, null),
          parseDay(iso, null),
        ].every((read) => read === iso);
      },
    ),
  );
});

test('currencies and ISIN', () => {
  expect(['Precio (€)', 'Coste USD', 'Valor en dólares', '5 USDT', 'Precio'].map(currencyIn)).toEqual([
    'EUR',
    'USD',
    'USD',
    'USDT',
    null,
  ]);
  expect(['IE00B4L5Y983', 'US0378331005', 'ES0173394034', 'IE00B4L5Y984', 'BTC'].map(isIsin)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
