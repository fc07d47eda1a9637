/**
 * What a running PostgreSQL says about itself in `postmaster.pid`
 * (https://www.postgresql.org/docs/18/storage-file-layout.html): pid, folder, start, port, socket folder, address, shared
 * memory, state. Reads it, tells a live server from a left-over file, and stops a server.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Empty where the server only listens on TCP. */
  readonly socketDir: string;
  /** `ready`, `starting`, `stopping`, `standby`; empty in the first instants. */
  readonly state: string;
}

const POLL_MS = 10;

/** The server that claims the cluster, or null when none does. */
export function readPostmaster(clusterDir: string): Postmaster | null {
  let text: string;
  try {
    text = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8');
  } catch {
    return null;
  }
  const [pid = '', , , port = '', socketDir = '', , , state = ''] = text.split('\n').map((line) => line.trim());
  return { pid: Math.abs(Number(pid)), port: Number(port), socketDir, state };
}

/**
 * Removes a `postmaster.pid` whose process is gone or whose number now belongs to a stranger (a reboot or a new container
 * hands numbers out again, and PostgreSQL then refuses to start). Returns the live server when there is one.
 */
export function adoptOrClean(clusterDir: string): Postmaster | null {
  const postmaster = readPostmaster(clusterDir);
  if (!postmaster) return null;
  if (isAlive(postmaster.pid) && isPostgresOf(postmaster.pid, clusterDir)) return postmaster;
  // A dead server's file is left to PostgreSQL, which also checks that none of its old children still writes.
  if (isAlive(postmaster.pid)) rmSync(join(clusterDir, 'postmaster.pid'), { force: true });
  return null;
}

/** Waits until the cluster's server accepts connections; null when `isGone` says it died first or time ran out. */
export async function waitUntilReady(
  clusterDir: string,
  { waitMsMax, isGone }: { readonly waitMsMax: number; readonly isGone: () => boolean },
): Promise<Postmaster | null> {
  for (let waitedMs = 0; waitedMs <= waitMsMax; waitedMs += POLL_MS) {
    const postmaster = readPostmaster(clusterDir);
    if (postmaster?.state === 'ready' && isAlive(postmaster.pid)) return postmaster;
    if (isGone()) return null;
    await delay(POLL_MS);
  }
  return null;
}

/** Fast shutdown: rolls back what is open, writes a checkpoint, ends. False when it is still there after the wait. */
export async function stopPostmaster(
  clusterDir: string,
  { pgCtl, waitMsMax }: { readonly pgCtl: string; readonly waitMsMax: number },
): Promise<boolean> {
  const postmaster = adoptOrClean(clusterDir);
  if (!postmaster) return true;
  if (process.platform === 'win32') {
    execFileSync(pgCtl, ['stop', '-D', clusterDir, '-m', 'fast', '-w', '-t', String(waitMsMax / 1000)]);
    return true;
  }
  process.kill(postmaster.pid, 'SIGINT');
  for (let waitedMs = 0; waitedMs <= waitMsMax; waitedMs += POLL_MS) {
    if (!isAlive(postmaster.pid) || readPostmaster(clusterDir) === null) return true;
    await delay(POLL_MS);
  }
  return false;
}

/** True while a process with this number exists. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isPostgresOf(pid: number, clusterDir: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterDir);
    if (process.platform === 'win32') return true; // No cheap way to tell; PostgreSQL decides.
    return /postgres/.test(
      basename(execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim()),
    );
  } catch {
    return true; // Not ours to look into: believe the file, and let PostgreSQL decide.
  }
}
