/** `cactus doctor`: what is configured and from where, what is wrong, and one thing to do about each. */
import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Fault } from '#kernel';
import { reportProviders } from '#markets';
import type { LoadedConfig } from '#platform/config';
import type { Platform } from '#platform/domain';
import { sealedColumnsOf, staleCounts } from '#platform/secrets';
import type { Command } from 'commander';
import pc from 'picocolors';
import { checkMail, checkTelegram } from './doctor-channels.ts';
import { checkProviders } from './doctor-providers.ts';
import { EXIT, requireConfig, withPlatform } from './install.ts';

type State = 'ok' | 'warning' | 'problem';

export interface Check {
  readonly name: string;
  readonly state: State;
  readonly detail: string;
  readonly remedy: string | null;
}

const NODE_MAJOR_MIN = 26;
const FREE_BYTES_WANTED = 2 * 1024 ** 3; // A year of a small business with its files; below it backups start to fail.
const CONNECT_MS_MAX = 2_000;
const PRIVATE_MODE = 0o077;

/** Adds `doctor` to the command line. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('explain the configuration and check this install')
    .option('--json', 'machine-readable output')
    .action(async (options: { json?: boolean }) => {
      const loaded = requireConfig();
      const checks = await runChecks(loaded);
      if (options.json) console.log(JSON.stringify({ checks, settings: loaded.settings }, null, 2));
      else print(checks, loaded);
      process.exitCode = checks.some(({ state }) => state === 'problem') ? EXIT.problems : EXIT.ok;
    });
}

async function runChecks(loaded: LoadedConfig): Promise<Check[]> {
  const { config } = loaded;
  return [
    checkNode(),
    await checkDataDir(config.dataDir),
    await checkDisk(config.dataDir),
    await checkSecrets(config.dataDir),
    await checkPort(config.host, config.port),
    ...(await checkInstall()),
  ];
}

function checkNode(): Check {
  const isNew = Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN;
  return {
    name: 'Node',
    state: isNew ? 'ok' : 'problem',
    detail: `${process.versions.node} (${process.platform}-${process.arch})`,
    remedy: isNew ? null : 'Run through npm start or npx cactus, which use the packaged Node.',
  };
}

async function checkDataDir(dataDir: string): Promise<Check> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK | constants.X_OK);
    return { name: 'Data folder', state: 'ok', detail: dataDir, remedy: null };
  } catch (error) {
    const remedy = 'Give this user write permission, or choose another folder with CACTUS_DATA_DIR.';
    return { name: 'Data folder', state: 'problem', detail: `${dataDir}: ${messageOf(error)}`, remedy };
  }
}

async function checkDisk(dataDir: string): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const freeBytes = bavail * bsize;
    const isEnough = freeBytes >= FREE_BYTES_WANTED;
    return {
      name: 'Disk',
      state: isEnough ? 'ok' : 'warning',
      detail: `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`,
      remedy: isEnough ? null : 'Free some space or move the data folder to a larger disk.',
    };
  } catch (error) {
    return { name: 'Disk', state: 'warning', detail: messageOf(error), remedy: null };
  }
}

async function checkSecrets(dataDir: string): Promise<Check> {
  const name = 'Secrets';
  try {
    const { mode } = await stat(join(dataDir, 'postgres.password'));
    if ((mode & PRIVATE_MODE) === 0) return { name, state: 'ok', detail: 'readable by this user only', remedy: null };
    const remedy = `chmod 600 ${join(dataDir, 'postgres.password')}`;
    return { name, state: 'problem', detail: 'others on this machine can read the database password', remedy };
  } catch {
    return { name, state: 'ok', detail: 'none stored yet', remedy: null };
  }
}

async function checkPort(host: string, port: number): Promise<Check> {
  const address = `http://${host}:${port}`;
  const name = 'Server';
  if (!(await isListening(host, port))) {
    return { name, state: 'ok', detail: `not running; ${address} is free`, remedy: null };
  }
  try {
    const answer = await fetch(`${address}/health/live`, { signal: AbortSignal.timeout(CONNECT_MS_MAX) });
    if (answer.ok) return { name, state: 'ok', detail: `running at ${address}`, remedy: null };
  } catch {
    // Something listens that does not speak our health page; said below.
  }
  const remedy = 'Stop that program, or start Cactus elsewhere: npm start -- --port 7701';
  return { name, state: 'problem', detail: `another program uses ${address}`, remedy };
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: CONNECT_MS_MAX });
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

/** What only an open installation knows: its database, its master key and the ways out, wherever they were entered. */
async function checkInstall(): Promise<Check[]> {
  try {
    return await withPlatform(async (platform) => [
      await checkDatabase(platform),
      await checkMasterKey(platform),
      await checkMail(platform.mail, isListening),
      await checkTelegram(platform.telegram, platform.db),
      ...(await checkProviders(await reportProviders(platform), isListening)),
    ]);
  } catch (error) {
    const remedy = 'Read the message above; the data in the folder was not changed.';
    return [{ name: 'Database', state: 'problem', detail: messageOf(error), remedy }];
  }
}

async function checkDatabase({ db, config }: Platform): Promise<Check> {
  const startedAtMs = performance.now();
  await db.transaction(async () => undefined);
  const roundTripMs = (performance.now() - startedAtMs).toFixed(1);
  const kind = config.databaseUrl === null ? `embedded, in ${join(config.dataDir, 'postgres')}` : 'DATABASE_URL';
  return { name: 'Database', state: 'ok', detail: `${kind}; a transaction takes ${roundTripMs} ms`, remedy: null };
}

async function checkMasterKey(platform: Platform): Promise<Check> {
  const name = 'Master key';
  const { keyId } = platform.secrets;
  const stale = await staleCounts(platform.db, sealedColumnsOf(platform), keyId);
  if (stale.length === 0) return { name, state: 'ok', detail: `${keyId} seals everything`, remedy: null };
  const places = stale.map(({ column, staleCount }) => `${column} (${staleCount})`).join(', ');
  const remedy = 'Run: npx cactus secret rewrap. Keep the older key until it is done.';
  return { name, state: 'warning', detail: `older keys still seal ${places}`, remedy };
}

function messageOf(error: unknown): string {
  if (error instanceof Fault) return error.message;
  return error instanceof Error ? error.message : String(error);
}

function print(checks: readonly Check[], loaded: LoadedConfig): void {
  const mark: Record<State, string> = { ok: pc.green('ok'), warning: pc.yellow('!!'), problem: pc.red('NO') };
  for (const { name, state, detail, remedy } of checks) {
    console.log(`${mark[state]}  ${name.padEnd(12)} ${detail}`);
    if (remedy) console.log(`                   -> ${remedy}`);
  }
  console.log(`\nSettings (flag > environment > cactus.yaml > default):`);
  for (const { key, environmentName, valueText, source, meaning } of loaded.settings) {
    console.log(`  ${key} = ${valueText}  ${pc.dim(`[${source}] ${environmentName}: ${meaning}`)}`);
  }
}
