/** Markets' part of the audit trail: one entry per change a person makes to alerts, instruments, prices and the simulator. */
import { recordAudit } from '#identity';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';

export interface MarketChange {
  readonly workspaceId: string;
  readonly action: `markets.${string}.${string}`;
  readonly subject: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** Writes the change down; the last step of its transaction. */
export async function recordChange(
  platform: Pick<Platform, 'clock'>,
  tx: Transaction,
  change: MarketChange,
): Promise<void> {
  await recordAudit(tx, { ...change, atMs: platform.clock() });
}
