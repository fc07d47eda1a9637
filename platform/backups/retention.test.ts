/** Goal: seven days and four older weeks stay, exactly as a naive calendar counts them, whenever backups were made. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '#kernel';
import { type DatedBackup, planPruning } from './retention.ts';

const START_MS = Date.UTC(2020, 0, 1);
const backupAt = (createdAtMs: number): DatedBackup => ({ fileName: `b${createdAtMs}`, createdAtMs });

/** The rule again with calendar texts and no arithmetic on days. */
function keptByCalendar(backups: readonly DatedBackup[]): string[] {
  const newestFirst = backups.toSorted((left, right) => right.createdAtMs - left.createdAtMs);
  const dayText = ({ createdAtMs }: DatedBackup): string => new Date(createdAtMs).toISOString().slice(0, 10);
  const days = [...new Set(newestFirst.map(dayText))].slice(0, 7);
  const names = days.map((day) => newestFirst.find((backup) => dayText(backup) === day));
  const older = newestFirst.filter((backup) => dayText(backup) < (days.at(-1) ?? ''));
  const weeks = [...new Set(older.map(isoWeek))].slice(0, 4);
  for (const week of weeks) names.push(older.find((backup) => isoWeek(backup) === week));
  return names.map((backup) => backup?.fileName ?? '').toSorted();
}

/** `2026-W53` as ISO 8601 says: the week belongs to the year of its Thursday. */
function isoWeek({ createdAtMs }: DatedBackup): string {
  const day = new Date(createdAtMs);
  const thursday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const yearStartMs = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}-W${Math.ceil(((thursday.getTime() - yearStartMs) / DAY_MS + 1) / 7)}`;
}

function kept(backups: readonly DatedBackup[]): string[] {
  const pruned = new Set(planPruning(backups));
  return backups
    .filter((backup) => !pruned.has(backup))
    .map(({ fileName }) => fileName)
    .toSorted();
}

test('any backups: what stays is what the calendar says', () => {
  const moments = fc.uniqueArray(fc.integer({ min: 0, max: 400 * 24 * 60 }), { maxLength: 120 });
  fc.assert(
    fc.property(moments, (minutes) => {
      const backups = minutes.map((minute) => backupAt(START_MS + minute * 60_000));
      expect(kept(backups)).toEqual(keptByCalendar(backups));
    }),
    { numRuns: 500 },
  );
});

test('a nightly year ends with eleven, and pruning night by night keeps them', () => {
  let held: DatedBackup[] = [];
  const counts: number[] = [];
  for (let night = 0; night < 400; night += 1) {
    held.push(backupAt(START_MS + night * DAY_MS));
    const pruned = new Set(planPruning(held));
    held = held.filter((backup) => !pruned.has(backup));
    counts.push(held.length);
  }
  expect(new Set(counts.slice(60))).toEqual(new Set([11]));
});

test('one backup, or none, is never deleted', () => {
  expect(planPruning([])).toEqual([]);
  expect(planPruning([backupAt(START_MS)])).toEqual([]);
});
