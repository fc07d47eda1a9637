/** Jobs of imports: reading a file to its preview, and confirming one. Both may run twice and change nothing the second time. */
import { EVERY_ROW } from '#kernel';
import { z } from 'zod';
import type { Platform } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { confirmImport } from './import-confirmation.ts';
import { readImport } from './import-reading.ts';
import { CONFIRM_JOB, READ_JOB } from './import.ts';

const ReadPayload = z.object({ workspaceId: z.uuid(), importId: z.uuid(), round: z.int() });
const ConfirmPayload = z.object({ workspaceId: z.uuid(), importId: z.uuid(), userId: z.uuid().nullable() });
// A file that kills its reader is refused, not retried; what is retried is a database or a machine that went away.
const ATTEMPTS_MAX = 5;

export function importJobs(platform: Platform): readonly JobDefinition[] {
  return [
    job({
      name: READ_JOB,
      attemptsMax: ATTEMPTS_MAX,
      parse: (payload) => ReadPayload.parse(payload),
      run: (order, context) => readImport(platform, order, context),
    }),
    job({
      name: CONFIRM_JOB,
      attemptsMax: ATTEMPTS_MAX,
      parse: (payload) => ConfirmPayload.parse(payload),
      run: (order) => confirmImport(platform, { ...order, rows: EVERY_ROW }),
    }),
  ];
}
