/** For tests of markets: a workspace with instruments on a real database, prices that arrive, and what they cause. */
import { assert, Decimal, localDate } from '#kernel';
import type { JobQueue } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { StoredEvent } from '#platform/events';
import { initialState } from './alert.ts';
import { type AlertRule, insertRule } from './alert.store.ts';
import type { InstrumentDraft } from './instrument.ts';
import { resolveInstruments } from './instrument.store.ts';
import type { PriceProviderName } from './price.ts';
import { takePrices } from './price-intake.ts';
import { startSimulation } from './simulation.ts';
import { watchInstruments } from './watch.ts';

/** What the fixture needs of a test platform. */
interface FixturePlatform extends Platform {
  readonly db: Platform['db'] & { attachJobQueue(queue: JobQueue): void };
  readonly time: { advance(byMs: number): void };
  readonly heard: readonly StoredEvent[];
}

export interface MarketFacts {
  readonly workspaceId: string;
  /** Jobs that were asked for: name and payload. */
  readonly askedJobs: { readonly name: string; readonly payload: unknown }[];
  addInstrument(draft: Partial<InstrumentDraft>): Promise<string>;
  watch(instrumentId: string, since?: string): Promise<void>;
  addRule(instrumentId: string, rule: Partial<AlertRule> & Pick<AlertRule, 'terms'>): Promise<AlertRule>;
  tick(
    instrumentId: string,
    price: string,
    more?: {
      provider?: PriceProviderName;
      marketAtMs?: number;
      previousClose?: string;
      dayVolume?: string;
      splitRatio?: string;
    },
  ): Promise<boolean>;
  /** Names of the events so far, oldest first. */
  eventNames(): string[];
}

export const BITCOIN: InstrumentDraft = { kind: 'crypto', symbol: 'BTC', name: 'Bitcoin', currency: 'EUR' };

/** Adds a market to a test platform; a simulated one lives on the simulated market. */
export async function marketFixture<P extends FixturePlatform>(
  platform: P,
  options: { readonly isSimulated?: boolean } = {},
): Promise<P & MarketFacts> {
  const askedJobs: { name: string; payload: unknown }[] = [];
  platform.db.attachJobQueue({
    add: async (_tx, name, payload) => void askedJobs.push({ name, payload }),
  });
  const workspaceId = platform.newId();
  if (options.isSimulated === true) {
    await platform.db.transaction((tx) => startSimulation(tx, { workspaceId, seed: 1 }, platform.clock()));
  }
  const { db, clock, newId } = platform;
  return {
    ...platform,
    workspaceId,
    askedJobs,
    async addInstrument(draft) {
      const context = { workspaceId, newId, atMs: clock() };
      const resolved = await db.transaction((tx) => resolveInstruments(tx, context, [{ ...BITCOIN, ...draft }]));
      assert(resolved.ok && resolved.value[0], 'fixture: the instrument was refused');
      return resolved.value[0].instrumentId;
    },
    async watch(instrumentId, since = '2026-11-01') {
      const request = { workspaceId, instrumentIds: [instrumentId], reason: 'held', since: localDate(since) };
      await db.transaction((tx) => watchInstruments(tx, request));
    },
    async addRule(instrumentId, rule) {
      const full: AlertRule = {
        id: newId(),
        workspaceId,
        instrumentId,
        currency: 'EUR',
        state: initialState(rule.terms, null),
        repeat: 'once',
        isEnabled: true,
        note: '',
        firingCount: 0,
        lastFiredAtMs: null,
        createdBy: null,
        createdAtMs: clock(),
        version: 1,
        ...rule,
      };
      await db.transaction((tx) => insertRule(tx, full));
      return full;
    },
    async tick(instrumentId, price, more = {}) {
      platform.time.advance(1_000);
      const arrival = {
        instrumentId,
        price: Decimal.from(price),
        currency: 'EUR',
        provider: more.provider ?? ('yahoo' as const),
        marketAtMs: more.marketAtMs ?? clock(),
        fetchedAtMs: clock(),
        isAdjusted: false,
        previousClose: more.previousClose === undefined ? null : Decimal.from(more.previousClose),
        splitRatio: Decimal.from(more.splitRatio ?? '1'),
        ...(more.dayVolume === undefined ? {} : { dayVolume: Decimal.from(more.dayVolume) }),
      };
      const taken = await db.transaction((tx) => takePrices(platform, tx, { workspaceId, arrivals: [arrival] }));
      return taken.has(instrumentId);
    },
    eventNames: () => platform.heard.map(({ name }) => name),
  };
}
