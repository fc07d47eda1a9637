/** Reads the tree that tidy judges: what git tracks or would track, without built and vendored files. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Boundaries } from './doors.ts';
import type { MigrationLock } from './migrations.ts';
import type { SourceFile } from './source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LIST_BYTES_MAX = 16 * 1024 * 1024; // A few hundred thousand paths; more means a data folder was committed.

/** Every text source file of the working tree. */
export function readTree(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: LIST_BYTES_MAX,
  });
  return listed
    .split('\n')
    .filter((path) => /\.(?:ts|tsx|sql|case|md)$/.test(path) && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export function readBoundaries(): Boundaries {
  return (JSON.parse(readFileSync(join(root, 'boundaries.json'), 'utf8')) as { domains: Boundaries }).domains;
}

export const migrationLockPath: string = join(root, 'tools', 'migrations.lock.json');

export function readMigrationLock(): MigrationLock {
  return JSON.parse(readFileSync(migrationLockPath, 'utf8')) as MigrationLock;
}
