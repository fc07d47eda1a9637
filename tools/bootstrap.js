/**
 * Bootstrap: makes a fresh clone runnable by any Node >= 20 with npm. Plain JavaScript on purpose: it runs before the
 * pinned Node exists. Installs from the lockfile when node_modules does not match it, with install scripts off, and
 * checks that the pinned Node is there. Does nothing (about 10 ms) when all is in place.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 26; // TypeScript runs natively and node:crypto carries argon2 from here on.
const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.cactus-lock');

/** True when node_modules was installed from exactly this lockfile on this platform. */
function isInstalled() {
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) return true; // A linked worktree shares an install.
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

function fingerprint() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** Installs what is missing; exits with a clear message when it cannot. */
function install() {
  if (isInstalled()) return;
  process.stderr.write('Cactus: installing packages from the lockfile (first run only, about a minute)...\n');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(
      'Cactus: the packages could not be installed. Nothing was started and no data was touched.\n' +
        'Check the network or the npm registry setting (npm config get registry) and run the same command again.\n',
    );
    process.exit(1);
  }
  writeFileSync(stamp, fingerprint());
}

/**
 * Path of the Node that runs the product: the pinned one, or this one when it is new enough; exits otherwise.
 * @returns {string}
 */
function requireNode() {
  const pinned = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath;
  process.stderr.write(
    `Cactus: no packaged Node for ${process.platform}-${process.arch}. Install Node ${NODE_MAJOR_MIN} or newer and run again.\n`,
  );
  return process.exit(1);
}

install();
export const productNode = requireNode();
