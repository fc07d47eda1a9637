/** Goal: the committed API document and settings page are what the code says, and no breaking change slips in unnamed. */
import { readFileSync } from 'node:fs';
import { describeSettings } from '#platform/config';
import { expect, test } from 'vitest';
import { domains } from '../main.ts';
import { committedApiDocument, currentApiDocument, unannouncedBreaks } from './api-document.ts';
import { SETTINGS_URL, settingsPage } from './settings-page.ts';

const current = currentApiDocument();

test('no old program breaks unless CHANGELOG.md says so under "Breaking"', () => {
  expect(unannouncedBreaks(committedApiDocument(), current)).toEqual([]);
});

test('docs/api/openapi.json is up to date (refresh: node tools/openapi.ts)', () => {
  expect(differences(committedApiDocument(), current)).toEqual([]);
});

test('every reference of the document leads somewhere', () => {
  const references = [...JSON.stringify(current).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  const lost = references.filter((path) => {
    const target = path.split('/').reduce<unknown>((node, key) => recordOf(node)[key], current);
    return typeof target !== 'object';
  });
  expect(lost).toEqual([]);
});

test('docs/settings.md is up to date (refresh: node tools/settings.ts)', () => {
  expect(readFileSync(SETTINGS_URL, 'utf8')).toBe(settingsPage());
});

test('every setting says what it is for', () => {
  const silent = describeSettings(domains).filter((setting) => setting.meaning === '');
  expect(silent.map((setting) => setting.key)).toEqual([]);
});

test('a planted break is red until the changelog names it', () => {
  const [path = ''] = Object.keys(recordOf(current['paths']));
  const [method = ''] = Object.keys(recordOf(recordOf(current['paths'])[path]));
  const { [path]: _gone, ...paths } = recordOf(current['paths']);
  const planted = { ...current, paths };
  const operation = `${method.toUpperCase()} ${path}`;
  expect(unannouncedBreaks(current, planted, '# Changelog\n## 0.1.0\n')).toContain(`${operation} is gone`);
  expect(unannouncedBreaks(current, planted, '# Changelog\n## 0.1.0, unreleased\n')).toEqual([]);
  const elsewhere = `# Changelog\n## 0.2.0\n### Added\n- ${operation}\n`;
  expect(unannouncedBreaks(current, planted, elsewhere)).toContain(`${operation} is gone`);
  const named = `# Changelog\n## 0.2.0\n### Breaking\n- \`${operation}\` is replaced by another.\n`;
  expect(unannouncedBreaks(current, planted, named)).not.toContain(`${operation} is gone`);
});

/** Names of operations, events and components that differ; short, unlike a diff of the whole document. */
function differences(committed: object, built: object): string[] {
  const [before, after] = [flat(committed), flat(built)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).toSorted();
}

function flat(document: object): Map<string, string> {
  const parts = new Map<string, string>();
  const { paths, webhooks, components, ...rest } = document as Record<string, unknown>;
  parts.set('head', JSON.stringify(rest));
  for (const [group, entries] of Object.entries({ paths, webhooks, ...recordOf(components) })) {
    for (const [name, entry] of Object.entries(recordOf(entries))) parts.set(`${group} ${name}`, JSON.stringify(entry));
  }
  return parts;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
