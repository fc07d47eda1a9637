/** What people decided about providers, for the whole installation: the switch of those that are off by default, and tests. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { ProviderHealth } from './provider/breaker.ts';

export type AskedProvider = ProviderHealth['provider'];

export interface ProviderSetup {
  readonly provider: AskedProvider;
  readonly isEnabled: boolean;
  readonly testedAtMs: number | null;
  /** `ok`, or the fault's code and sentence; null while the answer is on its way. */
  readonly testOutcome: string | null;
}

interface SetupRow {
  readonly provider: AskedProvider;
  readonly is_enabled: boolean;
  readonly tested_at: number | null;
  readonly test_outcome: string | null;
}

const OUTCOME_LENGTH_MAX = 500; // A sentence with its address.

/** Every provider that somebody switched or tested. */
export async function listProviderSetups(queryable: Queryable): Promise<Map<AskedProvider, ProviderSetup>> {
  const { rows } = await sql<SetupRow>`
    select provider, is_enabled, tested_at, test_outcome from markets_provider_setups order by provider`.execute(
    queryable.tables(),
  );
  return new Map(
    rows.map((row) => [
      row.provider,
      {
        provider: row.provider,
        isEnabled: row.is_enabled,
        testedAtMs: row.tested_at,
        testOutcome: row.test_outcome,
      },
    ]),
  );
}

/** Switches a provider that is off by default. */
export async function upsertProviderSwitch(
  tx: Transaction,
  change: { readonly provider: AskedProvider; readonly isEnabled: boolean; readonly atMs: number },
): Promise<void> {
  const at = new Date(change.atMs).toISOString();
  await sql`
    insert into markets_provider_setups (provider, is_enabled, changed_at) values (${change.provider}, ${change.isEnabled}, ${at})
    on conflict (provider) do update set is_enabled = excluded.is_enabled, changed_at = excluded.changed_at`.execute(
    tx.tables(),
  );
}

/** Notes that a test was asked for (`outcome` null) or what came of it. */
export async function upsertProviderTest(
  tx: Transaction,
  test: { readonly provider: AskedProvider; readonly outcome: string | null; readonly atMs: number },
): Promise<void> {
  const at = new Date(test.atMs).toISOString();
  const outcome = test.outcome?.slice(0, OUTCOME_LENGTH_MAX) ?? null;
  await sql`
    insert into markets_provider_setups (provider, changed_at, tested_at, test_outcome)
    values (${test.provider}, ${at}, ${at}, ${outcome})
    on conflict (provider) do update set tested_at = excluded.tested_at, test_outcome = excluded.test_outcome`.execute(
    tx.tables(),
  );
}
