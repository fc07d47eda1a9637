/** Simulation: putting a demo workspace on the simulated market, with its exchange rates. */
import { addDays, type Clock, type LocalDate } from '#kernel';
import { listWorkspaces } from '#identity';
import type { Database, Queryable, Transaction } from '#platform/db';
import { dayOf } from './day.ts';
import { newestEuroRateDay, upsertEuroRates } from './fx.store.ts';
import { SIMULATED_CURRENCIES, simulatedEuroRate } from './provider/simulated-market.ts';
import { insertSimulatedWorkspace, listSimulatedWorkspaces, type SimulatedWorkspace } from './workspace.store.ts';

const WORKSPACES_MAX = 1_000; // One installation serves a firm, not a public.
const DEMO_SEED = 1;
const RATE_DAYS = 3 * 365; // The demo tells eighteen months; a user may look further back.

/**
 * Puts a new workspace on the simulated market for good: its prices and rates come from the seed alone and always say that
 * they are simulated. Call it when the demo workspace is made, before anything is recorded in it.
 */
export async function startSimulation(
  tx: Transaction,
  workspace: { readonly workspaceId: string; readonly seed: number },
  atMs: number,
): Promise<void> {
  await insertSimulatedWorkspace(tx, { ...workspace, fault: 'none' });
  await storeSimulatedRates(tx, workspace, atMs);
}

/** Every workspace on the simulated market; a demo that nobody put there yet is put there first, so that it never goes live. */
export async function requireSimulatedDemos(platform: {
  readonly db: Database;
  readonly clock: Clock;
}): Promise<SimulatedWorkspace[]> {
  const { db, clock } = platform;
  const known = await listSimulatedWorkspaces(db);
  const isKnown = new Set(known.map(({ workspaceId }) => workspaceId));
  const demos = (await listWorkspaces(db, WORKSPACES_MAX)).filter(
    ({ id, kind }) => kind === 'demo' && !isKnown.has(id),
  );
  if (demos.length === 0) return known;
  for (const { id: workspaceId } of demos) {
    await db.transaction((tx) => startSimulation(tx, { workspaceId, seed: DEMO_SEED }, clock()));
  }
  return listSimulatedWorkspaces(db);
}

/** True once somebody has a workspace of her own. */
export async function hasRealWorkspace(queryable: Queryable): Promise<boolean> {
  return (await listWorkspaces(queryable, WORKSPACES_MAX)).some(({ kind }) => kind === 'real');
}

/** Writes the simulated rates up to yesterday that are not stored yet. */
export async function storeSimulatedRates(
  tx: Transaction,
  workspace: { readonly workspaceId: string; readonly seed: number },
  atMs: number,
): Promise<void> {
  const { workspaceId, seed } = workspace;
  const yesterday = addDays(dayOf(atMs), -1);
  const newest = await newestEuroRateDay(tx, workspaceId);
  const rates = [];
  for (
    let on: LocalDate = newest ? addDays(newest, 1) : addDays(yesterday, -RATE_DAYS);
    on <= yesterday;
    on = addDays(on, 1)
  ) {
    for (const currency of SIMULATED_CURRENCIES) {
      const unitsPerEur = simulatedEuroRate(seed, currency, on);
      if (unitsPerEur) rates.push({ currency, on, unitsPerEur });
    }
  }
  await upsertEuroRates(tx, { workspaceId, provider: 'simulator', fetchedAtMs: atMs, rates });
}
