/** Re-wrap: after a change of the master key, moves every sealed text of the installation to the newest one. */
import type { Domain, Platform } from '#platform/domain';
import { job, type JobContext, type JobDefinition } from '#platform/jobs';
import { type RewrapReport, rewrapColumns, type SealedColumn, staleCounts } from './sealed-column.ts';

const REWRAP_JOB = 'platform.secrets.rewrap';

/** Runs nightly as well: a mail that was being written while the key changed is wrapped by the one before it. */
export function rewrapJob(platform: Platform): JobDefinition<undefined> {
  return job({
    name: REWRAP_JOB,
    attemptsMax: 5,
    cron: '29 4 * * *',
    parse: () => undefined,
    run: async (_payload, context) => {
      const report = await rewrapAll(platform, context);
      if (report.unreadableCount === 0) return;
      platform.telemetry.log.warn('Sealed texts cannot be opened with the master keys', {
        count: report.unreadableCount,
        first: report.unreadable.join(', '),
      });
    },
  });
}

/** Adds the job when there is something for it, at a start: the key may have changed while nothing ran. */
export async function rewrapWhenStale(platform: Platform): Promise<void> {
  const stale = await staleCounts(platform.db, sealedColumnsOf(platform), platform.secrets.keyId);
  if (stale.length === 0) return;
  await platform.db.transaction((tx) => tx.addJob(REWRAP_JOB, {}, { key: REWRAP_JOB }));
}

/** Re-wraps every column of every domain now. */
export function rewrapAll(
  platform: Platform,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<RewrapReport> {
  const { db, secrets } = platform;
  const { keyId } = secrets;
  return rewrapColumns({ db, columns: sealedColumnsOf(platform), keyId, rewrap: secrets.rewrap, signal, progress });
}

/** Every declared column of this installation. */
export function sealedColumnsOf(platform: { readonly domains: readonly Domain[] } & Platform): readonly SealedColumn[] {
  return platform.domains.flatMap((domain) => domain.sealedColumns?.(platform) ?? []);
}
