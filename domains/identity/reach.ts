/** Telling that somebody reaches other rows than a moment ago. */
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { forgetSessionsAfterCommit } from './session-cache.ts';
import { ReachChanged } from './team-contract.ts';

/** Empties the memory of sessions and names everybody whose reach changed, for the sockets and the other processes. */
export function tellReach(
  platform: Platform,
  tx: Transaction,
  { workspaceId, userIds }: { readonly workspaceId: string; readonly userIds: readonly string[] },
): void {
  forgetSessionsAfterCommit(platform, tx);
  for (const userId of new Set(userIds)) tx.emit(ReachChanged, { workspaceId, subjectId: userId, payload: { userId } });
}
