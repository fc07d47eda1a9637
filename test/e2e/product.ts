/** The real product as a user starts it: its own process, data folder and port; stopped politely or killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Product {
  readonly url: string;
  /** The single-use link of the box; null when somebody has an account already. */
  readonly setupUrl: string | null;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything the process printed so far. */
  output(): string;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Nothing of a test may leave this machine, and its words do not depend on the terminal. */
const QUIET = { NODE_ENV: 'production', LANG: 'es_ES.UTF-8', CACTUS_MARKETS_LIVE_PROVIDERS: 'false' };
const START_MS_MAX = 120_000; // A first start also creates the database and builds the web app.
const BOX_ADDRESS = /(http:\/\/localhost:\d+)(\/setup#t=[\w-]+)?/;

/** A new empty data folder, removed by `removeDataDir`. */
export function newDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'cactus-e2e-'));
}

export function removeDataDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts `main.ts` and waits for its box. */
export async function startProduct(options: {
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}): Promise<Product> {
  const args = [join(root, 'main.ts'), '--port', '0', '--data', options.dataDir, ...(options.args ?? [])];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...QUIET, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await untilBox(child, () => output);
  // A worker has no address of its own.
  const [, url = '', path] = BOX_ADDRESS.exec(output) ?? [];
  return {
    url,
    setupUrl: path === undefined ? null : `${url}${path}`,
    dataDir: options.dataDir,
    pid: child.pid ?? 0,
    output: () => output,
    stop: () => ended(child, 'SIGINT'),
    kill: async () => {
      await ended(child, 'SIGKILL');
    },
  };
}

function untilBox(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (output().includes('╯')) settle(resolve);
    };
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.off('exit', onExit);
      finish();
    };
    const onExit = (code: number | null): void =>
      settle(() => reject(new Error(`Cactus ended with ${code} before it was ready:\n${output()}`)));
    const timer = setTimeout(
      () => settle(() => reject(new Error(`Cactus printed no box in ${START_MS_MAX} ms:\n${output()}`))),
      START_MS_MAX,
    );
    child.stdout?.on('data', look);
    child.once('exit', onExit);
  });
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}
