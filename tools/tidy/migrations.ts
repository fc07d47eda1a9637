/** Migrations are append-only: what landed never changes. `tools/migrations.lock.json` holds each file's fingerprint. */
import { createHash } from 'node:crypto';
import type { SourceFile, Violation } from './source.ts';

export type MigrationLock = Readonly<Record<string, string>>;

/** Fingerprints of every migration in the tree, by path. */
export function lockOf(files: readonly SourceFile[]): MigrationLock {
  const migrations = files.filter(({ path }) => /\/migrations\/[^/]+\.sql$/.test(path));
  return Object.fromEntries(
    migrations
      .map(({ path, text }) => [path, createHash('sha256').update(text).digest('hex').slice(0, 16)] as const)
      .toSorted(([left], [right]) => left.localeCompare(right)),
  );
}

/** Changed, removed or misnumbered migrations, and new ones that the lock does not know yet. */
export function migrationViolations(files: readonly SourceFile[], lock: MigrationLock): Violation[] {
  const now = lockOf(files);
  const report = (path: string, message: string): Violation => ({ rule: 'migrations', path, line: 1, message });
  const changed = Object.entries(lock).flatMap(([path, fingerprint]) => {
    if (!(path in now)) return [report(path, 'a landed migration was removed')];
    return now[path] === fingerprint ? [] : [report(path, 'a landed migration was changed; add a new one')];
  });
  const unknown = Object.keys(now)
    .filter((path) => !(path in lock))
    .map((path) => report(path, 'new: run `node tools/lock-migrations.ts` and commit the lock'));
  return [...changed, ...unknown, ...misnumbered(Object.keys(now), report)];
}

function misnumbered(paths: readonly string[], report: (path: string, message: string) => Violation): Violation[] {
  const next = new Map<string, number>();
  return paths.flatMap((path) => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const expected = (next.get(folder) ?? 0) + 1;
    next.set(folder, expected);
    const found = Number(/\/(\d{4})_[^/]+$/.exec(path)?.[1]);
    return found === expected ? [] : [report(path, `numbered ${found}, expected ${expected}`)];
  });
}
