/**
 * The demo's plan: what its instruments are made of, four models, and who follows which, so that drift, rebalancing and the
 * household have something to say. Written once: a demo that has models keeps them.
 */
import { assert, EVERY_ROW, localDate } from '#kernel';
import { type InstrumentDraft, resolveInstruments } from '#markets';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { listPortfolios } from '../portfolio.store.ts';
import { type Breakdown, writeInstrumentFacts } from './instrument-facts.store.ts';
import { type AssetClass, type RiskProfile, type Target } from './model.ts';
import { assignModel, createModel } from './model-change.ts';
import { writeGoal, type WrittenGoal } from './goal.store.ts';
import { countModels } from './model.store.ts';

interface DemoInstrument {
  readonly draft: InstrumentDraft;
  readonly assetClass: AssetClass;
  readonly regions: Breakdown;
  readonly sectors: Breakdown;
  readonly feeBps: number | null;
}

const WORLD_REGIONS = { north_america: 7_100, europe: 1_600, japan: 550, asia_pacific: 450 };
const WORLD_SECTORS = { technology: 2_600, finance: 1_600, health: 1_100, industry: 1_100, consumption: 1_700 };

function listed(kind: 'etf' | 'stock', symbol: string, isin: string, name: string, currency = 'EUR'): InstrumentDraft {
  return { kind, symbol, isin, name, currency };
}

const share = (draft: InstrumentDraft, region: string, sector: string): DemoInstrument => ({
  draft,
  assetClass: 'equity',
  regions: { [region]: 10_000 },
  sectors: { [sector]: 10_000 },
  feeBps: null,
});
const coin = (symbol: string, name: string): DemoInstrument => ({
  draft: { kind: 'crypto', symbol, name, currency: 'EUR' },
  assetClass: 'crypto',
  regions: {},
  sectors: {},
  feeBps: null,
});

/** Shares of indices are round figures of an invented investor's notes. */
const INSTRUMENTS: Readonly<Record<string, DemoInstrument>> = {
  WORLD: {
    draft: { kind: 'fund', isin: 'IE00B03HD191', name: 'Vanguard Global Stock Index EUR Acc', currency: 'EUR' },
    assetClass: 'equity',
    regions: WORLD_REGIONS,
    sectors: WORLD_SECTORS,
    feeBps: 18,
  },
  IWDA: {
    draft: listed('etf', 'IWDA', 'IE00B4L5Y983', 'iShares Core MSCI World'),
    assetClass: 'equity',
    regions: WORLD_REGIONS,
    sectors: WORLD_SECTORS,
    feeBps: 20,
  },
  VWCE: {
    draft: listed('etf', 'VWCE', 'IE00BK5BQT80', 'Vanguard FTSE All-World'),
    assetClass: 'equity',
    regions: { north_america: 6_400, europe: 1_500, japan: 600, asia_pacific: 500, emerging: 1_000 },
    sectors: WORLD_SECTORS,
    feeBps: 22,
  },
  BONDS: {
    draft: listed('etf', 'AGGH', 'IE00BDBRDM35', 'iShares Core Global Aggregate Bond EUR Hedged'),
    assetClass: 'bond',
    regions: { north_america: 4_500, europe: 3_200, japan: 1_000, asia_pacific: 900 },
    sectors: { government: 6_500, finance: 1_500 },
    feeBps: 10,
  },
  SAN: share(listed('stock', 'SAN', 'ES0113900J37', 'Banco Santander'), 'europe', 'finance'),
  ITX: share(listed('stock', 'ITX', 'ES0148396007', 'Inditex'), 'europe', 'consumption'),
  AAPL: share(listed('stock', 'AAPL', 'US0378331005', 'Apple', 'USD'), 'north_america', 'technology'),
  MSFT: share(listed('stock', 'MSFT', 'US5949181045', 'Microsoft', 'USD'), 'north_america', 'technology'),
  BTC: coin('BTC', 'Bitcoin'),
  ETH: coin('ETH', 'Ethereum'),
  SOL: coin('SOL', 'Solana'),
};

/** An asset class or a key of `INSTRUMENTS`. */
type Written = readonly [subject: string, percent: number, band: number, buy?: string];

interface DemoModel {
  readonly name: string;
  readonly riskProfile: RiskProfile;
  readonly targets: readonly Written[];
  readonly followedBy: string | null;
}

const MODELS: readonly DemoModel[] = [
  {
    name: 'Equilibrado',
    riskProfile: 'balanced',
    targets: [
      ['equity', 60, 5, 'IWDA'],
      ['bond', 30, 5, 'BONDS'],
      ['crypto', 5, 2, 'BTC'],
      ['cash', 5, 3],
    ],
    followedBy: 'Dividendos',
  },
  {
    name: 'Indexado mundial',
    riskProfile: 'growth',
    targets: [
      ['WORLD', 45, 5],
      ['IWDA', 30, 5],
      ['VWCE', 15, 4],
      ['bond', 10, 3, 'BONDS'],
    ],
    followedBy: 'Largo plazo',
  },
  {
    name: 'Cripto 60/30/10',
    riskProfile: 'aggressive',
    targets: [
      ['BTC', 60, 10],
      ['ETH', 30, 10],
      ['SOL', 10, 5],
    ],
    followedBy: 'Cripto',
  },
  {
    name: 'Prudente',
    riskProfile: 'conservative',
    targets: [
      ['bond', 70, 5, 'BONDS'],
      ['equity', 20, 5, 'IWDA'],
      ['cash', 10, 5],
    ],
    followedBy: null,
  },
];

const GOAL = { inflationBps: 200, returnBps: 500, volatilityBps: 1_400, seed: 1 } as const;
const GOALS: readonly (Omit<WrittenGoal, 'targetOn'> & { readonly portfolio: string; readonly years: number })[] = [
  {
    ...GOAL,
    portfolio: 'Largo plazo',
    name: 'Jubilación',
    targetAmount: '500000',
    years: 22,
    monthlyFlow: '1350',
    method: 'parametric',
  },
  {
    ...GOAL,
    portfolio: 'Dividendos',
    name: 'Entrada de un piso',
    targetAmount: '45000',
    years: 5,
    monthlyFlow: '250',
    method: 'bootstrap',
  },
];

/** Writes the demo's plan into a workspace that has none. */
export async function fillDemoPlan(platform: Platform, workspaceId: string): Promise<void> {
  const { db } = platform;
  const portfolios = await listPortfolios(db, { workspaceId, rows: EVERY_ROW });
  await db.transaction(async (tx) => {
    if ((await countModels(tx, workspaceId)) > 0) return;
    const ids = await writeFacts(platform, tx, workspaceId);
    for (const { name, riskProfile, targets, followedBy } of MODELS) {
      const written = {
        name,
        riskProfile,
        note: '',
        outsideBandBps: 200,
        targets: targets.map((each) => targetOf(each, ids)),
      };
      const made = await createModel(platform, tx, { author: { workspaceId, userId: null }, written });
      assert(made.ok, 'demo: its own models are sound');
      const follower = portfolios.find((portfolio) => portfolio.name === followedBy);
      if (!follower) continue;
      const assigned = { workspaceId, rows: EVERY_ROW, portfolioId: follower.id, modelId: made.value.id, userId: null };
      await assignModel(platform, tx, assigned);
    }
    for (const { portfolio, years, ...goal } of GOALS) {
      const owner = portfolios.find(({ name }) => name === portfolio);
      const atMs = platform.clock();
      const year = new Date(atMs).getUTCFullYear() + years;
      const row = { ...goal, targetOn: localDate(`${year}-12-31`), goalId: platform.newId(), version: 1, atMs };
      if (owner) await writeGoal(tx, { ...row, workspaceId, rows: EVERY_ROW, portfolioId: owner.id });
    }
  });
}

async function writeFacts(
  platform: Platform,
  tx: Transaction,
  workspaceId: string,
): Promise<ReadonlyMap<string, string>> {
  const atMs = platform.clock();
  const entries = Object.entries(INSTRUMENTS);
  const context = { workspaceId, newId: platform.newId, atMs };
  const resolved = await resolveInstruments(
    tx,
    context,
    entries.map(([, { draft }]) => draft),
  );
  assert(resolved.ok, 'demo: its own instruments are known');
  const ids = new Map<string, string>();
  for (const [index, [key, { assetClass, regions, sectors, feeBps }]] of entries.entries()) {
    const instrumentId = resolved.value[index]?.instrumentId ?? '';
    ids.set(key, instrumentId);
    await writeInstrumentFacts(tx, { workspaceId, instrumentId, assetClass, regions, sectors, feeBps, atMs });
  }
  return ids;
}

function targetOf([subject, percent, band, buy]: Written, ids: ReadonlyMap<string, string>): Target {
  const instrumentId = ids.get(subject) ?? null;
  return {
    assetClass: instrumentId === null ? (subject as AssetClass) : null,
    instrumentId,
    weightBps: percent * 100,
    band: { kind: 'absolute', bps: band * 100 },
    buyInstrumentId: buy === undefined ? null : (ids.get(buy) ?? null),
  };
}
