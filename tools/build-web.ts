/**
 * Builds the web app when its sources changed: hash of everything that can reach the bundle, compared with the one left beside the last
 * build. Writes `.br` and `.gz` next to each text asset, so that serving never compresses. Silent unless something fails.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCES = [
  'web/**/*.{ts,tsx,css,html,js,svg,webmanifest}',
  'domains/*/web/**/*.{ts,tsx,css}',
  'kernel/*.ts',
  'docs/{es,en}/*.md',
  'docs/settings.md',
  'docs/api/events.md',
  'vite.config.ts',
  'package-lock.json',
  'tools/build-web.ts',
];
const COMPRESSED = /\.(?:js|css|html|svg|webmanifest|json)$/;
const COMPRESS_FROM_BYTES = 512; // Below this the headers weigh more than what is saved.
const STAMP = '.sources';

export interface WebBuild {
  /** Folder to serve. */
  readonly directory: string;
  readonly isRebuilt: boolean;
  readonly durationMs: number;
}

/** Makes sure `web/dist` belongs to the sources at hand; throws when the build fails. Two callers at once both end well. */
export async function buildWebIfStale(root: string): Promise<WebBuild> {
  const startedMs = performance.now();
  const directory = join(root, 'web', 'dist');
  const wanted = await hashSources(root);
  if ((await readStamp(directory)) === wanted)
    return { directory, isRebuilt: false, durationMs: performance.now() - startedMs };
  // Built aside and swapped at the end: a half-written build is never served.
  const aside = join(root, 'web', `.dist-${process.pid}`);
  try {
    await runVite(root, aside);
    await compressAssets(aside);
    await writeFile(join(aside, STAMP), wanted);
    const old = `${aside}-old`;
    if (existsSync(directory)) await rename(directory, old);
    await rename(aside, directory);
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return { directory, isRebuilt: true, durationMs: performance.now() - startedMs };
}

async function hashSources(root: string): Promise<string> {
  const hash = createHash('sha256');
  const isSource = (path: string) => !/(?:\.test\.tsx?$|(?:^|\/)(?:dist|\.dist-[^/]*)\/)/.test(path);
  const paths = globSync(SOURCES, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter(isSource)
    .toSorted();
  for (const path of paths) {
    hash.update(`${path}\0`);
    hash.update(await readFile(join(root, path)));
    hash.update('\0');
  }
  return hash.digest('hex');
}

async function readStamp(directory: string): Promise<string | null> {
  return readFile(join(directory, STAMP), 'utf8').catch(() => null);
}

/**
 * In a process of its own: a bundler leaves half a gigabyte behind in the one that serves for months, and a caller's NODE_ENV (a test's)
 * would turn the build into a development one. The native loader writes no temporary configuration into node_modules.
 */
async function runVite(root: string, outDir: string): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const config = ['--configLoader', 'native', '--config', join(root, 'vite.config.ts')];
  const options = [...config, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'];
  try {
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [vite, 'build', ...options], { cwd: root, env });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`The web app could not be built:\n${said}`, { cause: error });
  }
}

async function compressAssets(directory: string): Promise<void> {
  const toBrotli = promisify(brotliCompress);
  const toGzip = promisify(gzip);
  const paths = globSync('**/*', { cwd: directory }).filter((path) => COMPRESSED.test(path));
  await mkdir(directory, { recursive: true });
  await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(join(directory, path));
      if (bytes.length < COMPRESS_FROM_BYTES) return;
      const quality = {
        params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      };
      await writeFile(join(directory, `${path}.br`), await toBrotli(bytes, quality));
      await writeFile(join(directory, `${path}.gz`), await toGzip(bytes, { level: 9 }));
    }),
  );
}

if (import.meta.main) await buildWebIfStale(fileURLToPath(new URL('..', import.meta.url)));
