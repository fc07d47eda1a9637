/**
 * How to run PostgreSQL as the current user. PostgreSQL refuses root, and small servers and containers often are root:
 * then it runs inside its own user namespace (`unshare --user`: files stay owned by root), else as the owner of an
 * existing cluster or as `nobody` (`setpriv`). When neither works the fault says to set DATABASE_URL.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { Fault } from '#kernel';
import type { PostgresBinaries } from './postgres-binaries.ts';

export interface Launcher {
  /** Words put before the binary. */
  readonly prefix: readonly string[];
  /** The user that must own the cluster when it is not us. */
  readonly uid: number | null;
}

const NOBODY_UID = 65_534;
const PROBE_MS_MAX = 10_000;
const DIRECT: Launcher = { prefix: [], uid: null };
const NAMESPACE: Launcher = { prefix: ['unshare', '--user'], uid: null };

/** Chooses the way to run the binaries for the cluster in `clusterDir` (which may not exist yet). */
export function chooseLauncher(binaries: PostgresBinaries, clusterDir: string): Launcher {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return DIRECT;
  const owner = statSync(clusterDir, { throwIfNoEntry: false })?.uid ?? 0;
  const candidates = owner === 0 ? [NAMESPACE, asUser(NOBODY_UID)] : [asUser(owner)];
  const failures: string[] = [];
  for (const candidate of candidates) {
    const failure = probe(candidate, binaries);
    if (failure === null) return candidate;
    failures.push(`${candidate.prefix[0]}: ${failure}`);
  }
  throw new Fault(
    'database_root_refused',
    'PostgreSQL does not run as root and this machine allows no way around it. Start Cactus as a normal user, ' +
      `or set DATABASE_URL to a PostgreSQL 15 or newer. Tried ${failures.join('; ')}`,
    { retryable: false },
  );
}

/** The program to run, and the words before its own arguments. */
export function commandOf(launcher: Launcher, binary: string): { readonly command: string; readonly words: string[] } {
  const [command = binary, ...words] = launcher.prefix;
  return { command, words: launcher.prefix.length === 0 ? [] : [...words, binary] };
}

/** Hands a folder to the user PostgreSQL runs as; does nothing when that is us. */
export function giveTo(launcher: Launcher, path: string): void {
  if (launcher.uid !== null) chownSync(path, launcher.uid, launcher.uid);
}

/** Lets the user PostgreSQL runs as pass through a folder without listing it. */
export function letThrough(launcher: Launcher, path: string): void {
  if (launcher.uid !== null) chmodSync(path, 0o711);
}

function asUser(uid: number): Launcher {
  return { prefix: ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'], uid };
}

/** Null when the candidate can run the server binary, else why not. */
function probe(launcher: Launcher, binaries: PostgresBinaries): string | null {
  const { command, words } = commandOf(launcher, binaries.postgres);
  try {
    execFileSync(command, [...words, '--version'], {
      stdio: 'pipe',
      timeout: PROBE_MS_MAX,
      env: { ...process.env, ...binaries.environment },
    });
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[1] ?? error.message) : String(error);
  }
}
