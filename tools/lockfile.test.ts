/**
 * Goal: a fresh clone installs. The lockfile pins every package of every platform with version and integrity, names no
 * registry host, and the manifest asks for exact versions only.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;

test('every locked package has a version and an integrity hash', () => {
  const incomplete = Object.entries(lock.packages)
    .filter(([path, { version, integrity, inBundle }]) => path !== '' && !inBundle && (!version || !integrity))
    .map(([path]) => path);
  expect(incomplete).toEqual([]);
});

test('no registry host is written down: each user installs from her own', () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test('versions are exact', () => {
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies'];
  const loose = groups.flatMap((group) =>
    Object.entries((manifest[group] ?? {}) as Record<string, string>).filter(
      ([, version]) => !/^\d+\.\d+\.\d+/.test(version),
    ),
  );
  expect(loose).toEqual([]);
});

test('the packages of every other platform are pinned too, or npm ci refuses the lockfile', () => {
  const locked = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !locked.has(name))
      .map((name) => `${path} -> ${name}`),
  );
  expect(missing).toEqual([]);
});
