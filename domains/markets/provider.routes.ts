/** Providers over HTTP: where prices come from, how they fare, their keys and switches, and the faults of a simulated market. */
import { ok, type OutputOf, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { recordChange } from './audit.ts';
import { feedOf } from './feed.ts';
import { listProviderHealth, listWatchedInstruments } from './feed.store.ts';
import { newestEuroRateDay, SHARED_WORKSPACE_ID } from './fx.store.ts';
import type { LatestPrice } from './price.ts';
import { latestPrices, listQuarantined } from './price.store.ts';
import { keyScope } from './provider-access.ts';
import type { ProviderHealth } from './provider/breaker.ts';
import { providerApi } from './provider-contract.ts';
import { listProviderSetups, upsertProviderSwitch, upsertProviderTest } from './provider-setup.store.ts';
import { TEST_JOB } from './provider-test.job.ts';
import { isSimulatedWorkspace, listSimulatedWorkspaces, updateSimulatorFault } from './workspace.store.ts';

type ProviderMessage = OutputOf<(typeof providerApi.ReadProviders)['response']>['items'][number];

export function providerRoutes(http: Http, platform: Platform): void {
  http.route(providerApi.ReadProviders, async ({ actor }) => {
    const { workspaceId } = actor;
    const atMs = platform.clock();
    const simulated = (await listSimulatedWorkspaces(platform.db)).find((entry) => entry.workspaceId === workspaceId);
    const watched = await listWatchedInstruments(platform.db, workspaceId);
    const instrumentIds = watched.map(({ id }) => id);
    const prices = [...(await latestPrices(platform.db, { workspaceId, instrumentIds, atMs })).values()];
    const items = simulated ? [simulatorState(simulated.fault !== 'none', prices)] : await liveStates(platform, prices);
    return ok({
      priceSource: simulated ? ('simulated' as const) : ('live' as const),
      simulatorFault: simulated?.fault ?? ('none' as const),
      items,
      watchedCount: watched.length,
      staleCount: prices.filter((price) => price.state === 'priced' && price.isStale).length,
      missingCount: prices.filter((price) => price.state === 'missing').length,
      quarantinedCount: (await listQuarantined(platform.db, workspaceId)).length,
      newestFxDay: await newestEuroRateDay(platform.db, simulated ? workspaceId : SHARED_WORKSPACE_ID),
    });
  });

  http.route(providerApi.SetSimulatorFault, async ({ body, actor }) => {
    const workspace = { workspaceId: actor.workspaceId, fault: body.fault };
    const isSimulated = await platform.db.transaction(async (tx) => {
      if (!(await updateSimulatorFault(tx, workspace))) return false;
      const { workspaceId, fault } = workspace;
      const change = { workspaceId, action: 'markets.simulator.fault_set' as const, subject: workspaceId };
      await recordChange(platform, tx, { ...change, after: { fault } });
      return true;
    });
    return isSimulated ? ok(undefined) : refuse('workspace_not_simulated');
  });
  setupRoutes(http, platform);
}

/** Keys, switches and tests belong to the installation: somebody who only plays in a demo may not touch them. */
function setupRoutes(http: Http, platform: Platform): void {
  http.route(providerApi.SetProviderKey, async ({ params, body, actor }) => {
    const { workspaceId } = actor;
    const { provider } = params;
    if (await isSimulatedWorkspace(platform.db, workspaceId)) return refuse('workspace_simulated');
    if ((await feedOf(platform).access.keySource(provider)) === 'environment') return refuse('key_from_environment');
    return platform.db.transaction(async (tx) => {
      const kept = await platform.secrets.set(tx, keyScope(provider), body.key);
      if (!kept.ok) return kept;
      await recordChange(platform, tx, { workspaceId, action: 'markets.provider.key_set', subject: provider });
      tx.afterCommit(() => feedOf(platform).access.forget());
      return ok(undefined);
    });
  });

  http.route(providerApi.DeleteProviderKey, async ({ params, actor }) => {
    const { workspaceId } = actor;
    const { provider } = params;
    if (await isSimulatedWorkspace(platform.db, workspaceId)) return refuse('workspace_simulated');
    return platform.db.transaction(async (tx) => {
      if (!(await platform.secrets.delete(tx, keyScope(provider)))) return refuse('key_not_found');
      await recordChange(platform, tx, { workspaceId, action: 'markets.provider.key_deleted', subject: provider });
      tx.afterCommit(() => feedOf(platform).access.forget());
      return ok(undefined);
    });
  });

  http.route(providerApi.SwitchProvider, async ({ params, body, actor }) => {
    const { workspaceId } = actor;
    const { provider } = params;
    const { isEnabled } = body;
    if (await isSimulatedWorkspace(platform.db, workspaceId)) return refuse('workspace_simulated');
    if (isEnabled && !body.areTermsAccepted) return refuse('terms_not_accepted');
    await platform.db.transaction(async (tx) => {
      await upsertProviderSwitch(tx, { provider, isEnabled, atMs: platform.clock() });
      const change = { workspaceId, action: 'markets.provider.switched' as const, subject: provider };
      await recordChange(platform, tx, { ...change, after: { isEnabled } });
      tx.afterCommit(() => feedOf(platform).access.forget());
    });
    return ok(undefined);
  });

  http.route(providerApi.TestProvider, async ({ params, actor }) => {
    const { provider } = params;
    if (await isSimulatedWorkspace(platform.db, actor.workspaceId)) return refuse('workspace_simulated');
    await platform.db.transaction(async (tx) => {
      await upsertProviderTest(tx, { provider, outcome: null, atMs: platform.clock() });
      await tx.addJob(TEST_JOB, { provider }, { key: `${TEST_JOB}:${provider}` });
    });
    return ok({ isQueued: true as const });
  });
}

const UNUSED = {
  state: 'unused',
  failuresInRow: 0,
  lastSuccessAtMs: null,
  lastFailureAtMs: null,
  lastFailure: null,
  lastFailureCode: null,
  openUntilMs: null,
  credits: [],
  keySource: 'not_needed',
  isEnabled: null,
  newestPriceAtMs: null,
  testedAtMs: null,
  testOutcome: null,
} as const;

async function liveStates(platform: Platform, prices: readonly LatestPrice[]): Promise<ProviderMessage[]> {
  const { access, settings } = feedOf(platform);
  const stored = await listProviderHealth(platform.db);
  const setups = await listProviderSetups(platform.db);
  const listed = ['yahoo', 'coinmarketcap', 'twelve_data', 'financial_times', 'ecb'] as const;
  const states = [...listed, ...(settings.pricesFolder === null ? [] : (['file'] as const))].map(
    async (provider): Promise<ProviderMessage> => {
      const keySource = await access.keySource(provider);
      const isEnabled = provider === 'financial_times' ? await access.isEnabled(provider) : null;
      const known = stored.get(provider);
      const setup = setups.get(provider);
      const isSetUp = keySource !== 'none' && isEnabled !== false;
      return {
        ...UNUSED,
        ...known,
        provider,
        state: isSetUp ? stateOf(known) : 'not_set_up',
        credits: [...(known?.credits ?? [])],
        lastFailureCode: codeOf(known?.lastFailure ?? null),
        keySource,
        isEnabled,
        newestPriceAtMs: newestOf(prices, provider),
        testedAtMs: setup?.testedAtMs ?? null,
        testOutcome: codeOf(setup?.testOutcome ?? null),
      };
    },
  );
  return Promise.all(states);
}

/** A provider whose last answer was a failure does not answer, whether or not its breaker has had enough. */
function stateOf(known: ProviderHealth | undefined): ProviderMessage['state'] {
  if (!known) return 'unused';
  const { state, lastFailureAtMs, lastSuccessAtMs } = known;
  const hasFailedLast = lastFailureAtMs !== null && lastFailureAtMs > (lastSuccessAtMs ?? 0);
  if (state === 'closed' && hasFailedLast) return 'failing';
  return state === 'closed' && lastSuccessAtMs === null ? 'unused' : state;
}

function simulatorState(hasFault: boolean, prices: readonly LatestPrice[]): ProviderMessage {
  const newest = newestOf(prices, 'simulator');
  const state = hasFault ? 'open' : 'closed';
  return { ...UNUSED, credits: [], provider: 'simulator', state, lastSuccessAtMs: newest, newestPriceAtMs: newest };
}

function newestOf(prices: readonly LatestPrice[], provider: string): number | null {
  const times = prices.flatMap((price) =>
    price.state === 'priced' && price.provider === provider ? [price.marketAtMs] : [],
  );
  return times.length > 0 ? Math.max(...times) : null;
}

function codeOf(failure: string | null): string | null {
  return failure?.split(':')[0] ?? null;
}
