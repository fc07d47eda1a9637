/**
 * Which backups stay: the newest of each of the 7 newest days, and of what is older than those days the newest of each of
 * the 4 newest ISO weeks. Days and weeks are UTC; days without a backup do not count.
 */
import { DAY_MS } from '#kernel';

const DAYS_KEPT = 7;
const WEEKS_KEPT = 4;
const EPOCH_WEEKDAY = 3; // 1 January 1970 was a Thursday; ISO weeks begin on Monday.

export interface DatedBackup {
  readonly fileName: string;
  readonly createdAtMs: number;
}

/** The backups to delete. */
export function planPruning<Backup extends DatedBackup>(backups: readonly Backup[]): readonly Backup[] {
  const newestFirst = backups.toSorted(
    (left, right) => right.createdAtMs - left.createdAtMs || (left.fileName < right.fileName ? 1 : -1),
  );
  const days = newestOfEach(newestFirst, dayOf, DAYS_KEPT);
  const oldestDay = Math.min(...days.map(dayOf));
  const older = newestFirst.filter((backup) => dayOf(backup) < oldestDay);
  const kept = new Set([...days, ...newestOfEach(older, weekOf, WEEKS_KEPT)]);
  return newestFirst.filter((backup) => !kept.has(backup));
}

function newestOfEach<Backup extends DatedBackup>(
  newestFirst: readonly Backup[],
  periodOf: (backup: DatedBackup) => number,
  countMax: number,
): readonly Backup[] {
  const newest = new Map<number, Backup>();
  for (const backup of newestFirst) {
    const period = periodOf(backup);
    if (!newest.has(period) && newest.size < countMax) newest.set(period, backup);
  }
  return [...newest.values()];
}

function dayOf({ createdAtMs }: DatedBackup): number {
  return Math.floor(createdAtMs / DAY_MS);
}

function weekOf(backup: DatedBackup): number {
  return Math.floor((dayOf(backup) + EPOCH_WEEKDAY) / 7);
}
