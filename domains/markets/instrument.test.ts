/** Goal: what people write about an instrument finds the same instrument again, and never another one. */
import { testPlatform, type TestPlatform } from '#platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from '../identity/domain.ts';
import { markets } from './domain.ts';
import { checkInstrumentDraft, type InstrumentDraft, isValidIsin } from './instrument.ts';
import { previewInstruments, resolveInstruments, searchInstruments } from './instrument.store.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform([identity, markets]);
});
afterAll(async () => platform.close());

const share = (more: Partial<InstrumentDraft>): InstrumentDraft => ({
  kind: 'stock',
  name: '',
  currency: 'EUR',
  ...more,
});
const BITCOIN: InstrumentDraft = { kind: 'crypto', symbol: 'BTC', name: 'Bitcoin', currency: 'EUR' };

function resolveIn(workspaceId: string, drafts: readonly InstrumentDraft[]) {
  const context = { workspaceId, newId: platform.newId, atMs: platform.clock() };
  return platform.db.transaction((tx) => resolveInstruments(tx, context, drafts));
}

async function outcomes(workspaceId: string, drafts: readonly InstrumentDraft[]) {
  const resolved = await resolveIn(workspaceId, drafts);
  if (!resolved.ok) throw new Error(`${resolved.code} ${JSON.stringify(resolved.details)}`);
  return resolved.value;
}

test.each(['ES0113900J37', 'US0378331005', 'IE00B4L5Y983', 'LU0996182563', 'DE0007164600'])('%s is an ISIN', (isin) => {
  expect(isValidIsin(isin)).toBe(true);
});

test('property: one wrong digit is always found', () => {
  const position = fc.integer({ min: 2, max: 11 });
  fc.assert(
    fc.property(position, fc.integer({ min: 1, max: 9 }), (index, by) => {
      const digits = Array.from('US0378331005');
      digits[index] = String((Number(digits[index]) + by) % 10);
      expect(isValidIsin(digits.join(''))).toBe(false);
    }),
  );
});

test('spelling is brought to one form', () => {
  expect(checkInstrumentDraft({ ...BITCOIN, symbol: ' btc/eur ', currency: 'eur' })).toMatchObject({
    ok: true,
    value: { symbol: 'BTC', currency: 'EUR', nameKey: 'bitcoin' },
  });
  expect(checkInstrumentDraft(share({ isin: 'es 0113900j37' }))).toMatchObject({ value: { name: 'ES0113900J37' } });
});

test.each([
  [share({ isin: 'ES0113900J38', name: 'x' }), 'isin_invalid'],
  [share({ symbol: '<script>', name: 'x' }), 'symbol_invalid'],
  [share({ name: 'x', currency: '€' }), 'currency_invalid'],
  [share({}), 'instrument_unnamed'],
])('%j is refused as %s, and the draft is named', async (draft, code) => {
  const resolved = await resolveIn(platform.newId(), [BITCOIN, draft]);
  expect(resolved).toMatchObject({ ok: false, code, details: { draftIndex: 1 } });
});

test('a coin is one coin in every currency and spelling; twice in one batch and in two', async () => {
  const workspaceId = platform.newId();
  const first = await outcomes(workspaceId, [BITCOIN, { ...BITCOIN, symbol: 'btc-usd', currency: 'USD', name: 'BTC' }]);
  expect(first.map(({ outcome }) => outcome)).toEqual(['created', 'known']);
  expect(new Set(first.map(({ instrumentId }) => instrumentId)).size).toBe(1);
  const [again] = await outcomes(workspaceId, [BITCOIN]);
  expect(again).toMatchObject({ outcome: 'known', instrumentId: first[0]?.instrumentId });
  const [elsewhere] = await outcomes(platform.newId(), [BITCOIN]);
  expect(elsewhere?.instrumentId).not.toBe(first[0]?.instrumentId);
});

test('one ticker in two currencies, or a coin and a share, are two things', async () => {
  const drafts = [
    share({ symbol: 'SAN', name: 'Banco Santander' }),
    share({ symbol: 'SAN', name: 'Santander ADR', currency: 'USD' }),
    { ...BITCOIN, symbol: 'SAN', name: 'Santiment' },
    share({ symbol: 'SAN', name: 'Santander 2030', kind: 'bond' }),
  ];
  const resolved = await outcomes(platform.newId(), drafts);
  expect(new Set(resolved.map(({ instrumentId }) => instrumentId)).size).toBe(4);
});

test('an ISIN completes what was known by its symbol, and finds it without one afterwards', async () => {
  const workspaceId = platform.newId();
  const [plain] = await outcomes(workspaceId, [share({ symbol: 'SAN', name: 'Santander' })]);
  const [completed] = await outcomes(workspaceId, [
    share({ symbol: 'SAN', isin: 'ES0113900J37', name: 'Banco Santander' }),
  ]);
  expect(completed).toMatchObject({ outcome: 'completed', instrumentId: plain?.instrumentId });
  const [byIsin] = await outcomes(workspaceId, [share({ isin: 'ES0113900J37', name: 'cualquiera', currency: 'USD' })]);
  expect(byIsin).toMatchObject({ outcome: 'known', instrumentId: plain?.instrumentId });
});

test('two securities under one symbol make a draft without ISIN ambiguous, never guessed', async () => {
  const workspaceId = platform.newId();
  await outcomes(workspaceId, [
    share({ symbol: 'X', isin: 'US0378331005', name: 'One' }),
    share({ symbol: 'X', isin: 'DE0007164600', name: 'Other' }),
  ]);
  const refused = await resolveIn(workspaceId, [share({ symbol: 'X', name: 'Which' })]);
  expect(refused).toMatchObject({ ok: false, code: 'instrument_ambiguous' });
});

test('without symbol and ISIN the folded name decides', async () => {
  const resolved = await outcomes(platform.newId(), [
    share({ kind: 'fund', name: 'Indexa Más Rentabilidad' }),
    share({ kind: 'fund', name: '  indexa mas   rentabilidad ' }),
    share({ kind: 'fund', name: 'Indexa Más Rentabilidad Bonos' }),
  ]);
  expect(resolved.map(({ outcome }) => outcome)).toEqual(['created', 'known', 'created']);
});

test('a preview says what exists and writes nothing', async () => {
  const workspaceId = platform.newId();
  await outcomes(workspaceId, [BITCOIN]);
  const preview = await previewInstruments(platform.db, workspaceId, [
    BITCOIN,
    share({ symbol: 'ITX', name: 'Inditex' }),
  ]);
  expect(preview).toMatchObject({ ok: true, value: [{ symbol: 'BTC' }, null] });
  expect(await searchInstruments(platform.db, workspaceId, '')).toHaveLength(1);
});

test('two imports at once create a thing once', async () => {
  const workspaceId = platform.newId();
  const both = await Promise.all([outcomes(workspaceId, [BITCOIN]), outcomes(workspaceId, [BITCOIN])]);
  expect(new Set(both.flat().map(({ instrumentId }) => instrumentId)).size).toBe(1);
});

test('a search finds by part of the name, symbol or ISIN without accents, wildcards being letters', async () => {
  const workspaceId = platform.newId();
  await outcomes(workspaceId, [share({ symbol: 'ITX', isin: 'ES0148396007', name: 'Inditex Diseño' }), BITCOIN]);
  const names = async (text: string) =>
    (await searchInstruments(platform.db, workspaceId, text)).map(({ name }) => name);
  expect(await names('diseno')).toEqual(['Inditex Diseño']);
  expect(await names('itx')).toEqual(['Inditex Diseño']);
  expect(await names('es0148')).toEqual(['Inditex Diseño']);
  expect(await names('%')).toEqual([]);
});
