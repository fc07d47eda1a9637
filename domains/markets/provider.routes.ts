/** Providers over HTTP: where prices come from, how they fare, and the faults of a simulated market. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { recordChange } from './audit.ts';
import { ReadProviders, SetSimulatorFault } from './contract.ts';
import { listProviderHealth, listWatchedInstruments } from './feed.store.ts';
import { newestEuroRateDay, SHARED_WORKSPACE_ID } from './fx.store.ts';
import { latestPrices, listQuarantined } from './price.store.ts';
import type { ProviderHealth } from './provider/breaker.ts';
import { listSimulatedWorkspaces, updateSimulatorFault } from './workspace.store.ts';

export function providerRoutes(http: Http, platform: Platform): void {
  http.route(ReadProviders, async ({ actor }) => {
    const { workspaceId } = actor;
    const atMs = platform.clock();
    const simulated = (await listSimulatedWorkspaces(platform.db)).find((entry) => entry.workspaceId === workspaceId);
    const watched = await listWatchedInstruments(platform.db, workspaceId);
    const instrumentIds = watched.map(({ id }) => id);
    const prices = [...(await latestPrices(platform.db, { workspaceId, instrumentIds, atMs })).values()];
    const newest = prices.flatMap((price) => (price.state === 'priced' ? [price.fetchedAtMs] : []));
    const items = simulated
      ? [simulatorHealth(simulated.fault !== 'none', newest.length > 0 ? Math.max(...newest) : null)]
      : liveHealth(await listProviderHealth(platform.db));
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

  http.route(SetSimulatorFault, async ({ body, actor }) => {
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
}

const UNUSED = {
  state: 'unused',
  failuresInRow: 0,
  lastSuccessAtMs: null,
  lastFailureAtMs: null,
  lastFailure: null,
  openUntilMs: null,
  credits: [],
} as const;

function liveHealth(stored: ReadonlyMap<string, ProviderHealth>) {
  return (['yahoo', 'ecb'] as const).map((provider) => ({ ...(stored.get(provider) ?? UNUSED), provider }));
}

function simulatorHealth(hasFault: boolean, lastSuccessAtMs: number | null) {
  const state = hasFault ? ('open' as const) : ('closed' as const);
  return { ...UNUSED, provider: 'simulator' as const, state, lastSuccessAtMs };
}
