/** Goal: a search asks one provider once for everybody, falls back to the next, costs its credits, and the page is told what became of it. */
import { EVERY_ROW } from '#kernel';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identity } from '../identity/domain.ts';
import { feedOf } from './feed.ts';
import { markets } from './domain.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { FAKE_KEY } from './provider/fake-answers.ts';
import { type FakeMarket, startFakeMarket } from './provider/fake-market.ts';
import { searchJob } from './search.job.ts';
import { insertSimulatedWorkspace } from './workspace.store.ts';

/** As Yahoo writes it: indexes and futures among what can be held. */
const YAHOO_QUOTES = [
  { symbol: 'ITX.MC', longname: 'Industria de Diseño Textil, S.A.', quoteType: 'EQUITY', exchDisp: 'MCE' },
  { symbol: 'IDEXY', shortname: 'Inditex ADR', quoteType: 'EQUITY', exchDisp: 'OTC Markets' },
  { symbol: '^IBEX', shortname: 'IBEX 35', quoteType: 'INDEX' },
  { symbol: '0P00000LAV.F', longname: 'Un fondo', quoteType: 'MUTUALFUND', exchDisp: 'Frankfurt' },
  { symbol: 'BTC-EUR', shortname: 'Bitcoin EUR', quoteType: 'CRYPTOCURRENCY', exchDisp: 'CCC' },
  { symbol: 'VOD.L', longname: 'Vodafone', quoteType: 'EQUITY', exchDisp: 'London' },
];
const TWELVE = {
  data: [
    { symbol: 'ITX', instrument_name: 'Inditex', exchange: 'BME', instrument_type: 'Common Stock', currency: 'EUR' },
    { symbol: 'BTC/EUR', instrument_name: 'Bitcoin Euro', exchange: 'Binance', instrument_type: 'Digital Currency' },
  ],
  status: 'ok',
};

let market: TestPlatform & MarketFacts;
let provider: FakeMarket;
let http: HttpServer;
let quotes: readonly object[];
const context = { attempt: 1, signal: new AbortController().signal, progress: async () => undefined };

beforeEach(async () => {
  quotes = YAHOO_QUOTES;
  provider = await startFakeMarket((path) => {
    if (path === '/v1/finance/search') return JSON.stringify({ count: quotes.length, quotes, news: [] });
    return path === '/symbol_search' ? JSON.stringify(TWELVE) : undefined;
  });
  const { baseUrl } = provider;
  const settings = { markets: { yahooBaseUrl: baseUrl, twelveDataBaseUrl: baseUrl, twelveDataApiKey: FAKE_KEY } };
  market = await marketFixture(await testPlatform([identity, markets], { settings }));
  const permissions = new Set<string>(markets.permissions.map(({ name }) => name));
  const person = { userId: market.newId(), sessionId: market.newId(), role: 'owner' as const, rows: EVERY_ROW };
  http = await createHttp({
    config: market.config,
    telemetry: market.telemetry,
    permissions: markets.permissions,
    authenticate: async () => ({ ...person, workspaceId: market.workspaceId, permissions }),
  });
  markets.routes?.(http, market);
});
afterEach(async () => {
  await http.close();
  await market.close();
  await provider.close();
});

const url = '/api/markets/instrument-searches';
const headers = { authorization: 'Bearer test' };
const askFor = async (q: string) => {
  const answer = await http.inject({ method: 'POST', url, headers, payload: { q } });
  return { status: answer.statusCode, body: answer.json<{ state: string; items: object[] }>() };
};
const read = async (q: string) =>
  (await http.inject({ method: 'GET', url: `${url}?q=${encodeURIComponent(q)}`, headers })).json<{
    state: string;
    items: object[];
  }>();
const work = (query: string) => searchJob(market).run({ query }, context);

test('a question is asked in the background, answered to everybody, and asked again only the next day', async () => {
  expect(await read('Inditex')).toEqual({ state: 'unasked', items: [] });
  expect(await askFor('  Inditex ')).toEqual({ status: 202, body: { state: 'looking', items: [] } });
  expect(market.askedJobs.at(-1)).toEqual({ name: 'markets.instrument.search', payload: { query: 'inditex' } });
  expect(provider.requests).toEqual([]); // Nothing leaves the process in a request.
  expect(await read('inditex')).toMatchObject({ state: 'looking' });
  await work('inditex');
  const { state, items } = await read('INDITEX');
  expect(state).toBe('done');
  expect(items).toEqual([
    {
      providerSymbol: 'ITX.MC',
      symbol: 'ITX.MC',
      name: 'Industria de Diseño Textil, S.A.',
      kind: 'stock',
      currency: 'EUR',
      exchange: 'MCE',
    },
    {
      providerSymbol: 'IDEXY',
      symbol: 'IDEXY',
      name: 'Inditex ADR',
      kind: 'stock',
      currency: 'USD',
      exchange: 'OTC Markets',
    },
    {
      providerSymbol: '0P00000LAV.F',
      symbol: null,
      name: 'Un fondo',
      kind: 'fund',
      currency: null,
      exchange: 'Frankfurt',
    },
    { providerSymbol: 'BTC-EUR', symbol: 'BTC', name: 'Bitcoin EUR', kind: 'crypto', currency: 'EUR', exchange: 'CCC' },
    { providerSymbol: 'VOD.L', symbol: 'VOD.L', name: 'Vodafone', kind: 'stock', currency: null, exchange: 'London' },
  ]);
  const asked = market.askedJobs.length;
  expect((await askFor('inditex')).body.state).toBe('done');
  expect(market.askedJobs).toHaveLength(asked);
  market.time.advance(24 * 3_600_000);
  expect((await askFor('inditex')).body.state).toBe('looking');
});

test('five hundred askers of one text cost one request; an empty answer is an answer', async () => {
  const { chain } = feedOf(market);
  await Promise.all(Array.from({ length: 500 }, () => chain.search('inditex')));
  expect(provider.requests).toHaveLength(1);
  quotes = [];
  // Yahoo knows nothing: Twelve Data is asked, for one credit.
  const found = await chain.search('bolsa');
  expect(found).toMatchObject({
    ok: true,
    value: [
      { symbol: 'ITX', currency: 'EUR' },
      { symbol: 'BTC', kind: 'crypto' },
    ],
  });
  expect(chain.health().find((entry) => entry.provider === 'twelve_data')?.credits).toMatchObject([{ usedCredits: 1 }]);
});

test('when nobody can be asked the page is told so, and a later question tries again', async () => {
  provider.fault = 'too_many_requests';
  await askFor('inditex');
  await work('inditex');
  expect(await read('inditex')).toEqual({ state: 'failed', items: [] });
  provider.fault = 'none';
  market.time.advance(120_000);
  expect((await askFor('inditex')).body.state).toBe('looking');
  await work('inditex');
  expect(await read('inditex')).toMatchObject({ state: 'done' });
});

test('a demo asks nobody outside, and a question too short is none', async () => {
  expect((await askFor('x')).status).toBe(400);
  const { workspaceId } = market;
  await market.db.transaction((tx) => insertSimulatedWorkspace(tx, { workspaceId, seed: 1, fault: 'none' }));
  expect((await askFor('inditex')).status).toBe(409);
});
