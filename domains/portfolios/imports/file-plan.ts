/** File plan: the safe way from a path to planned rows: reads and plans in the limited process, hands rows over in batches. */
import { ok, type Result } from '#kernel';
import { type ReadingCost, runLimited } from './limited-reading.ts';
import type { ImportMapping } from './mapping.ts';
import type { Outline } from './outline.ts';
import type { PlanDefaults } from './plan.ts';
import { draftFromJson, type PlannedRow } from './planned-row.ts';
import type { ReadRefusal } from './sheet.ts';
import type { PlanReply, PlanRequest } from './workbook.worker.ts';

export interface FilePlanning {
  readonly path: string;
  readonly defaults: PlanDefaults;
  readonly mapping: ImportMapping | null;
  /** Looks up a mapping that a person confirmed for files of this shape. */
  readonly recall: (fingerprint: string) => Promise<ImportMapping | null>;
  readonly onOutline: (outline: Outline, rowCount: number) => Promise<void>;
  readonly onRows: (rows: readonly PlannedRow[], rowsDone: number) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Plans one file without trusting it. Refuses what cannot be read; writes nothing itself. */
export async function planFile(planning: FilePlanning): Promise<Result<ReadingCost, ReadRefusal>> {
  const request: PlanRequest = { defaults: planning.defaults, mapping: planning.mapping };
  const outcome = await runLimited<PlanReply>({
    path: planning.path,
    request,
    ...(planning.signal ? { signal: planning.signal } : {}),
    onReply: async (reply) => {
      if (reply.kind === 'recognised') return planning.recall(reply.fingerprint);
      if (reply.kind === 'outline') return planning.onOutline(reply.outline, reply.rowCount);
      return planning.onRows(rowsFromJson(reply.rowsJson), reply.rowsDone);
    },
  });
  return outcome.ok ? ok(outcome.value) : outcome;
}

function rowsFromJson(json: string): PlannedRow[] {
  const rows = JSON.parse(json) as (Omit<PlannedRow, 'drafts'> & { drafts: Record<string, unknown>[] })[];
  return rows.map((row) => ({ ...row, drafts: row.drafts.map(draftFromJson) }));
}
