/** Goal: the first load stays small whatever the domains add: JavaScript before the first page, each page's own code, all the CSS. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildWebIfStale } from '../../tools/build-web.ts';

const KIB = 1024;
const INITIAL_JS_BYTES_MAX = 180 * KIB;
const PAGE_JS_BYTES_MAX = 60 * KIB;
const CSS_BYTES_MAX = 12 * KIB;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory = '';
let manifest: Readonly<Record<string, Chunk>> = {};

beforeAll(async () => {
  ({ directory } = await buildWebIfStale(root));
  manifest = JSON.parse(readFileSync(join(directory, '.vite/manifest.json'), 'utf8')) as typeof manifest;
});

function gzipBytes(file: string): number {
  return gzipSync(readFileSync(join(directory, file)), { level: 9 }).length;
}

/** The chunk and everything it needs before it can run. */
function filesOf(key: string, seen = new Set<string>()): ReadonlySet<string> {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const name of chunk.imports ?? []) filesOf(name, seen);
  return seen;
}

function entryKey(): string {
  return Object.keys(manifest).find((key) => manifest[key]?.isEntry) ?? '';
}

function table(files: Iterable<string>): string {
  const sizes = [...files].map((file) => [gzipBytes(file), file] as const).toSorted(([left], [right]) => right - left);
  return sizes.map(([bytes, file]) => `${(bytes / KIB).toFixed(1).padStart(7)} KiB  ${file}`).join('\n');
}

/** The list of files and their sizes when together they are too large, so that the culprit is seen at once; null when they fit. */
function excessOf(files: Iterable<string>, bytesMax: number, name: string): string | null {
  const list = [...files];
  if (total(list) <= bytesMax) return null;
  return `${name}: ${(total(list) / KIB).toFixed(1)} of ${bytesMax / KIB} KiB\n${table(list)}`;
}

function total(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipBytes(file), 0);
}

test('JavaScript before the first page', () => {
  const files = filesOf(entryKey());
  expect(files.size).toBeGreaterThan(0);
  expect(excessOf(files, INITIAL_JS_BYTES_MAX, 'first load')).toBeNull();
});

test('what each page adds to the first load', () => {
  const initial = filesOf(entryKey());
  const pages = Object.keys(manifest).filter((key) => key.endsWith('.page.tsx'));
  expect(pages.length).toBeGreaterThan(4);
  for (const page of pages) {
    const added = [...filesOf(page)].filter((file) => !initial.has(file));
    expect(excessOf(added, PAGE_JS_BYTES_MAX, page)).toBeNull();
  }
});

test('all the CSS together', () => {
  const files = new Set(Object.values(manifest).flatMap((chunk) => [...(chunk.css ?? [])]));
  expect(excessOf(files, CSS_BYTES_MAX, 'CSS')).toBeNull();
});

test('nothing is inlined: the content policy would refuse it', () => {
  const html = readFileSync(join(directory, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)/);
  expect(html).not.toContain('data:');
});
