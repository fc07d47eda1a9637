/** Tells open pages that an import moved; they ask for its state themselves, so the message carries none. */
import type { Platform } from '#platform/domain';
import type { ImportBatch } from './import.store.ts';

export function announceImport(
  platform: Pick<Platform, 'realtime'>,
  batch: Pick<ImportBatch, 'id' | 'workspaceId' | 'owner'>,
): void {
  platform.realtime.broadcast({
    workspaceId: batch.workspaceId,
    topic: 'portfolios.imports',
    key: batch.id,
    permission: 'portfolios.import.run',
    owner: batch.owner,
    data: { importId: batch.id },
  });
}
