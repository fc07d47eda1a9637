/** Goal: the box shows whole links, says how long the setup link lives, and speaks the terminal's language. */
import { expect, test } from 'vitest';
import { languageOf, renderStartBox } from './start-box.ts';

const facts = {
  url: 'http://localhost:7700',
  monitorUrl: null,
  setup: { url: 'http://localhost:7700/setup#t=ABCD-EFGH', lifeMinutes: 30 },
  dataDir: '/srv/cactus/data',
  database: 'PostgreSQL 18.4',
  roles: ['web', 'worker'],
  startedInMs: 1234,
};

test('the first run shows the setup link, whole, on one line', () => {
  const box = renderStartBox(facts, 'es');
  expect(box).toContain(facts.setup.url);
  expect(box).toContain('caduca en 30 min');
  expect(box).toContain('1,2 s');
  expect(new Set(box.split('\n').map((line) => line.length)).size).toBe(1);
});

test('later runs show the plain address', () => {
  const box = renderStartBox({ ...facts, setup: null }, 'en');
  expect(box).toContain('http://localhost:7700');
  expect(box).not.toContain('setup');
  expect(box).toContain('1.2 s');
});

test.each([
  [{}, 'es'],
  [{ LANG: 'C.UTF-8' }, 'es'],
  [{ LANG: 'es_ES.UTF-8' }, 'es'],
  [{ LANG: 'en_GB.UTF-8' }, 'en'],
  [{ LANG: 'en_GB.UTF-8', LC_ALL: 'es_AR.UTF-8' }, 'es'],
])('%j speaks %s', (env, language) => {
  expect(languageOf(env)).toBe(language);
});

test('a process without web says where it answers for its health', () => {
  const box = renderStartBox({ ...facts, url: null, setup: null, monitorUrl: 'http://127.0.0.1:7701' }, 'es');
  expect(box).toMatch(/Estado +http:\/\/127\.0\.0\.1:7701\/health/);
  expect(box).not.toContain('Abre');
  expect(renderStartBox(facts, 'es')).toContain('Abre');
  expect(renderStartBox(facts, 'es')).not.toContain('Estado');
});
