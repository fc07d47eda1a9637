/** Goal: the README of this folder names every problem code with its status, and no other. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PLATFORM_PROBLEMS } from './problem.ts';

test('the table of problems is the code', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| (\d{3}) +\| (.*?) *\|$/gm)].flatMap(([, status = '', cell = '']) =>
    [...cell.matchAll(/`([a-z]+(?:_[a-z]+)*)`/g)].map(([, code = '']) => `${status} ${code}`),
  );
  const declared = Object.entries(PLATFORM_PROBLEMS).map(([code, [status]]) => `${status} ${code}`);
  expect(rows.toSorted()).toEqual(declared.toSorted());
});
