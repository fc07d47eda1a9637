/**
 * Goal: an action is written down once. Nothing in the web app listens to keys or names a shortcut on its own; the ids and keys that the
 * domains register do not meet.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Search } from 'lucide-react';
import { expect, test } from 'vitest';
import { type Action, doublesOf, keyText } from './actions.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['web/**/*.{ts,tsx}', 'domains/*/web/**/*.{ts,tsx}'];
const files = globSync(SOURCES, { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !path.includes('/dist') && !path.includes('.test.'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const filesWith = (pattern: RegExp): string[] =>
  files.flatMap(({ path, text }) => (pattern.test(text) ? [path] : [])).toSorted();

const action = (id: string, keys?: string): Action => ({
  id,
  group: 'actions',
  label: id,
  icon: Search,
  run: () => undefined,
  ...(keys === undefined ? {} : { keys }),
});

test('two actions with one id or one combination are told', () => {
  expect(doublesOf([action('a', 'n a'), action('b', 'Ctrl+K'), action('c')])).toEqual([]);
  expect(doublesOf([action('a', 'n a'), action('a', 'N A'), action('b')])).toEqual(['a', 'n a']);
  expect(keyText('Ctrl+Shift+K')).toBe('Ctrl Shift K');
});

test('only the registry hears the keyboard of the whole page', () => {
  // A late part only waits for a key to be released.
  expect(filesWith(/addEventListener\(\s*['"]key(?:down|up|press)['"]/)).toEqual([
    'web/shell/shortcuts.ts',
    'web/ui/late-part.ts',
  ]);
});

test('keys are written down where they are registered, and nowhere else', () => {
  const written = filesWith(/\b(?:keys|chord)(?:=|:\s*)["'`{]?["'`]/).filter(
    (path) => !path.startsWith('web/shell/gallery/'),
  );
  const registering = files
    .filter(({ text }) => /usePageAction\(|defineDomainWeb\(/.test(text))
    .map(({ path }) => path)
    .concat('web/shell/shell-actions.ts', 'web/shell/shortcut-sheet.tsx', 'web/shell/types.ts');
  expect(written.filter((path) => !registering.includes(path))).toEqual([]);
});
