/**
 * What a running PostgreSQL says about itself in `postmaster.pid`
 * (https://www.postgresql.org/docs/18/storage-file-layout.html): pid, folder, start, port, socket folder, address, shared
 * memory, state. Reads it, tells a live server from a left-over file, and stops a server.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Postmaster {
  readonly pid: number;
  readonly clusterDir: string;
  readonly port: number;
  /** Empty where the server only listens on TCP. */
  readonly socketDir: string;
  /** `ready`, `starting`, `stopping`, `standby`; empty in the first instants. */
  readonly state: string;
}

const POLL_MS = 10;
const ANSWER_MS_MAX = 1_000; // A live server on a local socket takes the connection at once.
const ORPHANS_MS_MAX = 10_000;
const ORPHAN_POLL_MS = 50;

/** The server that claims the cluster, or null when none does. */
export function readPostmaster(clusterDir: string): Postmaster | null {
  let text: string;
  try {
    text = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8');
  } catch {
    return null;
  }
  const lines = text.split('\n').map((line) => line.trim());
  const [pid = '', recordedDir = '', , port = '', socketDir = '', , , state = ''] = lines;
  return { pid: Math.abs(Number(pid)), clusterDir: recordedDir, port: Number(port), socketDir, state };
}

/**
 * The live server of the cluster, or null. Removes a `postmaster.pid` whose process is a corpse or whose number now belongs
 * to a stranger (a reboot or a new container hands numbers out again): PostgreSQL would take it for alive and refuse.
 */
export async function findLivePostmaster(clusterDir: string): Promise<Postmaster | null> {
  const postmaster = readPostmaster(clusterDir);
  if (!postmaster) return null;
  // What answers is alive, also when its process lives in another container on the same folder. A copied data folder
  // names the server of its original, which is not ours.
  if (isSameDir(postmaster.clusterDir, clusterDir) && (await answers(postmaster))) return postmaster;
  const kind = lookUp(postmaster.pid, clusterDir);
  if (kind === 'server') return postmaster;
  // A vanished server's file is left to PostgreSQL, which also checks that none of its old children still writes.
  if (kind !== 'vanished') {
    await waitForOrphans(clusterDir);
    rmSync(join(clusterDir, 'postmaster.pid'), { force: true });
  }
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
  const postmaster = await findLivePostmaster(clusterDir);
  if (!postmaster) return true;
  if (process.platform === 'win32') {
    execFileSync(pgCtl, ['stop', '-D', clusterDir, '-m', 'fast', '-w', '-t', String(waitMsMax / 1000)]);
    return true;
  }
  if (lookUp(postmaster.pid, clusterDir) !== 'server') return false; // It answers, but from another container.
  process.kill(postmaster.pid, 'SIGINT');
  for (let waitedMs = 0; waitedMs <= waitMsMax; waitedMs += POLL_MS) {
    if (!isAlive(postmaster.pid) || readPostmaster(clusterDir) === null) {
      removeIfTemporary(postmaster.socketDir);
      return true;
    }
    await delay(POLL_MS);
  }
  return false;
}

/** The private folder that a socket needs when the data folder's own path is too long. */
function removeIfTemporary(socketDir: string): void {
  if (dirname(socketDir) !== tmpdir()) return;
  try {
    rmdirSync(socketDir);
  } catch {
    // Not empty yet or shared: an empty folder more harms nobody.
  }
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

type ProcessKind = 'server' | 'stranger' | 'corpse' | 'vanished';

/** What the process number of a cluster's file stands for. */
function lookUp(pid: number, clusterDir: string): ProcessKind {
  if (!isAlive(pid)) return 'vanished';
  if (process.platform === 'win32') return 'server'; // No cheap way to tell; PostgreSQL decides.
  try {
    if (process.platform !== 'linux') {
      const name = execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
      return basename(name.trim()).includes('postgres') ? 'server' : 'stranger';
    }
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0] ?? '';
    if ('ZX'.includes(state)) return 'corpse'; // Killed, and its parent has not taken note.
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterDir) ? 'server' : 'stranger';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    // Not ours to look into: believe the file, and let PostgreSQL decide.
    return code === 'EACCES' || code === 'EPERM' ? 'server' : 'vanished';
  }
}

function isSameDir(left: string, right: string): boolean {
  try {
    return realpathSync(left) === realpathSync(right);
  } catch {
    return false;
  }
}

function answers({ socketDir, port }: Postmaster): Promise<boolean> {
  if (socketDir === '') return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ path: join(socketDir, `.s.PGSQL.${port}`), timeout: ANSWER_MS_MAX });
    const finish = (isThere: boolean) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', finish(true)).once('timeout', finish(false)).once('error', finish(false));
  });
}

/** Children of a killed server notice within moments; none may write when the next server starts. */
async function waitForOrphans(clusterDir: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const real = realpathSync(clusterDir);
  const worksThere = (name: string): boolean => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === real;
    } catch {
      return false;
    }
  };
  for (
    let waitedMs = 0;
    waitedMs < ORPHANS_MS_MAX && readdirSync('/proc').some(worksThere);
    waitedMs += ORPHAN_POLL_MS
  ) {
    await delay(ORPHAN_POLL_MS);
  }
}
