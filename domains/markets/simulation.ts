/** Simulation: putting a demo workspace on the simulated market, with its exchange rates. */
import { addDays, type LocalDate } from '#kernel';
import type { Transaction } from '#platform/db';
import { dayOf } from './feed.ts';
import { newestEuroRateDay, upsertEuroRates } from './fx.store.ts';
import { SIMULATED_CURRENCIES, simulatedEuroRate } from './provider/simulated-market.ts';
import { insertSimulatedWorkspace } from './workspace.store.ts';

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
