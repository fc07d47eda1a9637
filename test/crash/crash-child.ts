/** Starts, watches and kills a crash app in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { embeddedPostgres } from '#platform/db';
import { type CrashAppOptions, quiet } from './crash-app.ts';

export interface CrashChild {
  readonly pid: number;
  /** What the app said, by its first word: acknowledged rows, published events, begun jobs, failures. */
  readonly said: ReadonlyMap<string, readonly string[]>;
  /** Resolves when the app has said a word `count` times. */
  until(word: string, count: number): Promise<void>;
  kill(): Promise<void>;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
}

const APP = new URL('crash-app.ts', import.meta.url);
const UNTIL_MS_MAX = 45_000;

/** Starts an app and waits until its database answers. */
export async function startCrashChild(
  options: Partial<CrashAppOptions> & { dataDir: string },
  env: NodeJS.ProcessEnv = process.env,
  app: URL = APP,
): Promise<CrashChild> {
  const all: CrashAppOptions = { writers: 0, publishers: 0, runsJobs: false, jobMs: 0, ...options };
  const child = spawn(process.execPath, [fileURLToPath(app), JSON.stringify(all)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const said = new Map<string, string[]>();
  const complaints: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word = '', value = ''] = line.split(' ');
    said.set(word, [...(said.get(word) ?? []), value]);
  });
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const handle: CrashChild = {
    pid: child.pid ?? 0,
    said,
    until: (word, count) =>
      until(child, () => (said.get(word)?.length ?? 0) >= count, `${word} x ${count}`, complaints),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
  await handle.until('ready', 1);
  return handle;
}

async function until(child: ChildProcess, isDone: () => boolean, what: string, complaints: string[]): Promise<void> {
  const startedMs = performance.now();
  while (!isDone()) {
    if (child.exitCode !== null) throw new Error(`the crash app ended before ${what}: ${complaints.join('')}`);
    if (performance.now() - startedMs > UNTIL_MS_MAX) throw new Error(`no ${what}: ${complaints.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A fresh data folder and how to remove it, with the server that may still run in it. */
export function crashFolder(): { readonly dataDir: string; remove(): Promise<void> } {
  const dataDir = mkdtempSync(join(tmpdir(), 'cactus-crash-'));
  const remove = async (): Promise<void> => {
    await embeddedPostgres({ dataDir, log: quiet }).stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { dataDir, remove };
}

/** Small seeded generator (mulberry32), so that a failing run can be repeated by its printed seed. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
