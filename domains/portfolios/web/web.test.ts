/** Goal: a treemap's areas are the weights, nothing overlaps or is lost; an explanation leaves as a file that adds up. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '#kernel';
import { explanationCsv, explanationLines } from './explanation-file.ts';
import { cashEffectOf, OPERATION_TYPES, type OperationForm } from './operation-form.ts';
import { squarify } from './squarified.ts';

test('areas are the weights, inside the frame, without overlap', () => {
  const weights = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      weights,
      fc.integer({ min: 50, max: 2_000 }),
      fc.integer({ min: 50, max: 1_000 }),
      (all, width, height) => {
        const tiles = squarify(
          all.map((weight, index) => ({ id: String(index), weight })),
          width,
          height,
        );
        const total = all.reduce((sum, weight) => sum + weight, 0);
        const slack = width * height * 1e-9;
        expect(tiles).toHaveLength(all.length);
        for (const tile of tiles) {
          const share = (all[Number(tile.id)] ?? 0) / total;
          expect(Math.abs(tile.width * tile.height - share * width * height)).toBeLessThan(slack);
          expect(Math.min(tile.x, tile.y)).toBeGreaterThanOrEqual(-1e-6);
          expect(tile.x + tile.width).toBeLessThanOrEqual(width + 1e-6);
          expect(tile.y + tile.height).toBeLessThanOrEqual(height + 1e-6);
        }
        for (const [index, one] of tiles.entries()) {
          for (const other of tiles.slice(index + 1)) {
            const wide = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
            const high = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
            expect(wide > 1e-6 && high > 1e-6 ? wide * high : 0).toBeLessThan(slack);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('the example of the paper: 6, 6, 4, 3, 2, 2, 1 in 6 by 4 starts with two squares-like tiles at the left', () => {
  const tiles = squarify(
    [6, 6, 4, 3, 2, 2, 1].map((weight, index) => ({ id: String(index), weight })),
    6,
    4,
  );
  expect(tiles[0]).toEqual({ id: '0', x: 0, y: 0, width: 3, height: 2 });
  expect(tiles[1]).toEqual({ id: '1', x: 0, y: 2, width: 3, height: 2 });
  expect(tiles[2]?.x).toBe(3);
});

test('what is worth nothing, or is owed, has no tile', () => {
  const of = (...weights: number[]) =>
    squarify(
      weights.map((weight, index) => ({ id: `${index}`, weight })),
      100,
      100,
    );
  expect(of(0, -5, Number.NaN)).toEqual([]);
  expect(of(10, -5).map(({ id }) => id)).toEqual(['0']);
});

test('an explanation as a file: its terms add up, its lots too, and no cell is a formula', () => {
  const explanation: Parameters<typeof explanationLines>[0] = {
    metric: 'unrealised',
    figure: '-2004.791',
    currency: 'EUR',
    terms: [
      { name: 'value', subject: '', figure: '2635.199' },
      { name: 'minus_cost', subject: '=cmd()', figure: '-4639.99' },
    ],
    lots: [
      {
        accountName: '=cmd()',
        openedOn: '2026-01-05',
        openedBy: '01890a5d-ac96-774b-bcce-b302099a8057',
        quantity: '3',
        currency: 'USD',
        cost: '300',
        costBase: '270',
        value: '400',
        unrealised: '130',
        priceGain: '150',
        fxGain: '-20',
      },
    ],
    matches: [],
    operations: [],
    hasMoreOperations: false,
    prices: [],
    rates: [{ from: 'USD', to: 'EUR', date: '2026-11-20', rate: '0.9' }],
    missing: [{ kind: 'price', instrumentId: '01890a5d-ac96-774b-bcce-b302099a8057', name: 'Gone' }],
  };
  const lines = explanationLines(explanation, 'valor − coste');
  const sum = (part: string) =>
    Decimal.sum(lines.filter((line) => line.part === part).map(({ amount }) => Decimal.from(amount ?? '0')));
  expect(sum('term').toString()).toBe('-2004.791');
  expect(lines.map(({ part }) => part)).toEqual(['figure', 'formula', 'term', 'term', 'lot', 'rate', 'missing']);
  const [head, figure, , , , lot] = explanationCsv(lines).split('\r\n');
  expect(head).toBe(
    '\ufeffpart,name,date,opened,account,quantity,price,amount,currency,cost,gain,price_gain,fx_gain,fee,tax,source',
  );
  expect(figure).toBe('figure,unrealised,,,,,,-2004.791,EUR,,,,,,,');
  expect(lot).toBe("lot,01890a5d-ac96-774b-bcce-b302099a8057,,2026-01-05,'=cmd(),3,,400,EUR,270,130,150,-20,,,");
});

test('what the cash will feel: charges go with a purchase and off a sale, and nothing is said where it cannot be known', () => {
  const form: OperationForm = {
    type: 'buy',
    date: '2026-11-20',
    accountName: 'Broker',
    kind: 'stock',
    symbol: 'ACME',
    name: 'Acme',
    quantity: '3',
    splitRatio: '',
    price: '150.5',
    amount: null,
    currency: 'EUR',
    fee: '1.25',
    tax: '0.1',
    fx: null,
    toSymbol: '',
    toQuantity: null,
    lots: {},
    note: '',
  };
  const said = (change: Partial<OperationForm>) => cashEffectOf({ ...form, ...change })?.toString() ?? null;
  expect(said({})).toBe('-452.85');
  expect(said({ type: 'sell' })).toBe('450.15');
  expect(said({ type: 'short' })).toBe('450.15');
  expect(said({ type: 'cover' })).toBe('-452.85');
  // A written amount wins over units by price.
  expect(said({ amount: '400' })).toBe('-401.35');
  expect(said({ type: 'dividend', amount: '12', tax: '2.28', fee: null })).toBe('9.72');
  // A dividend has no units: those of the type before do not count.
  expect(said({ type: 'dividend' })).toBeNull();
  expect(said({ quantity: null })).toBeNull();
  const silent = OPERATION_TYPES.filter((type) => said({ type, amount: '10' }) === null);
  expect(silent).toEqual(
    expect.arrayContaining([
      'split',
      'bonus',
      'traspaso',
      'spinoff',
      'merger',
      'opening',
      'transfer_in',
      'transfer_out',
    ]),
  );
});
