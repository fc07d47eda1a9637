/** Jobs of backups: made every night, proved every week, watched every morning; people hear when one of them fails. */
import { DAY_MS, Fault } from '#kernel';
import { type Platform, workspaceIdsOf } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { z } from 'zod';

export const CREATE_CRON = '10 3 * * *';
export const VERIFY_CRON = '40 4 * * 0';
/** A night that was missed is noticed the next morning. */
export const AGE_MS_MAX = 1.5 * DAY_MS;
const FULL_CHECK_WEEKDAY = 0; // Sundays: reading a copy through costs its transfer.
const ATTEMPTS_MAX = 3;
const CreatePayload = z.object({ kind: z.enum(['nightly', 'manual']).default('nightly') });
const VerifyPayload = z.object({ fileName: z.string().nullable().default(null) });

export const CREATE_JOB = 'platform.backups.create';
export const VERIFY_JOB = 'platform.backups.verify';

/** What can be wrong with backups; the key of the bell's text. */
type Trouble = 'create_failed' | 'verify_failed' | 'too_old' | 'offsite_failed' | 'files_damaged';

export function backupJobs(platform: Platform): readonly JobDefinition[] {
  return [createJob(platform), verifyJob(platform), watchJob(platform)];
}

function createJob(platform: Platform): JobDefinition {
  return job({
    name: CREATE_JOB,
    attemptsMax: ATTEMPTS_MAX,
    cron: CREATE_CRON,
    parse: (payload) => CreatePayload.parse(payload ?? {}),
    run: async (payload, { attempt, signal, progress }) => {
      try {
        const { manifest } = await platform.backups.create(payload.kind, { signal, report: progress });
        const damagedCount = manifest.files.damaged.length;
        if (damagedCount > 0) await tell(platform, 'files_damaged', `${damagedCount}`);
        const { lastOffsiteError } = await platform.backups.figures();
        if (lastOffsiteError !== null) await tell(platform, 'offsite_failed', lastOffsiteError);
      } catch (error) {
        if (error instanceof Fault && error.code === 'backup_cancelled') return; // A person wanted it so.
        if (attempt >= ATTEMPTS_MAX) await tell(platform, 'create_failed', messageOf(error));
        throw error;
      }
    },
  });
}

function verifyJob(platform: Platform): JobDefinition {
  return job({
    name: VERIFY_JOB,
    attemptsMax: ATTEMPTS_MAX,
    cron: VERIFY_CRON,
    parse: (payload) => VerifyPayload.parse(payload ?? {}),
    run: async ({ fileName }, { signal, progress }) => {
      try {
        await platform.backups.verify(fileName, { signal, report: progress });
      } catch (error) {
        const isRetryable = !(error instanceof Fault) || error.retryable;
        if (isRetryable) throw error;
        // What is wrong with a backup stays wrong: it is recorded and told, and not tried again.
        await tell(platform, 'verify_failed', messageOf(error));
      }
    },
  });
}

function watchJob(platform: Platform): JobDefinition {
  return job({
    name: 'platform.backups.watch',
    attemptsMax: ATTEMPTS_MAX,
    cron: '0 7 * * *',
    parse: () => undefined as never,
    run: async () => {
      const isFull = new Date(platform.clock()).getUTCDay() === FULL_CHECK_WEEKDAY;
      await platform.backups.checkOffsite(isFull);
      const { lastReadyAtMs, lastOffsiteError, isYoung } = await platform.backups.figures();
      const ageMs = platform.clock() - (lastReadyAtMs ?? 0);
      if (ageMs > AGE_MS_MAX && !isYoung) await tell(platform, 'too_old', '');
      if (lastOffsiteError !== null) await tell(platform, 'offsite_failed', lastOffsiteError);
    },
  });
}

/** Rings the bell of every workspace's keepers: a backup holds all of them. */
async function tell(platform: Platform, trouble: Trouble, detail: string): Promise<void> {
  const { db, notify, clock } = platform;
  // Once a day and cause, however often the job asks.
  const dedupeKey = `backup:${trouble}:${Math.floor(clock() / DAY_MS)}:${detail.slice(0, 200)}`;
  for (const workspaceId of await workspaceIdsOf(platform)) {
    await db.transaction((tx) =>
      notify.record(tx, {
        workspaceId,
        userId: null,
        permission: 'platform.backups.read',
        kind: `platform.backup.${trouble}`,
        payload: { detail: detail.slice(0, 500) },
        href: '/ajustes/copias',
        dedupeKey,
      }),
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
