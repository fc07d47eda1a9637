/** Goal: the strongest source wins, every mistake names its key, place and what is allowed, and no secret is ever shown. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { describeSettings, loadConfig, type LoadInput } from './load-config.ts';
import { settingsTable } from './settings-table.ts';

const markets = {
  name: 'markets',
  settings: z.object({
    yahooBaseUrl: z.url().default('https://example.test').describe('Where prices come from.'),
    pollSeconds: z.int().min(5).max(3600).default(60).describe('Time between polls.'),
    apiToken: z.string().min(8).nullable().default(null).describe('Key of the vendor.'),
  }),
};

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function load(input: Partial<LoadInput> & { readonly yaml?: string }) {
  const cwd = mkdtempSync(join(tmpdir(), 'cactus-config-'));
  folders.push(cwd);
  if (input.yaml !== undefined) writeFileSync(join(cwd, 'cactus.yaml'), input.yaml);
  return { cwd, loaded: loadConfig({ env: {}, argv: [], domains: [markets], ...input, cwd }) };
}

function loadOk(input: Parameters<typeof load>[0]) {
  const { cwd, loaded } = load(input);
  if (!loaded.ok) throw new Error(String(loaded.details['message']));
  return { cwd, ...loaded.value };
}

function mistakesOf(input: Parameters<typeof load>[0]): string {
  const { loaded } = load(input);
  return loaded.ok ? '' : String(loaded.details['message']);
}

test('no source makes passwords cheap: that is for the configuration of tests', () => {
  expect(loadOk({}).config.hasLightPasswords).toBe(false);
  expect(mistakesOf({ yaml: 'hasLightPasswords: true' })).toContain('Unknown key hasLightPasswords');
  expect(mistakesOf({ env: { CACTUS_HAS_LIGHT_PASSWORDS: 'true' } })).toContain('Unknown environment variable');
  expect(mistakesOf({ argv: ['--has-light-passwords', 'true'] })).not.toBe('');
});

test('without anything the defaults hold', () => {
  const { config, cwd } = loadOk({});
  expect(config).toMatchObject({ host: '127.0.0.1', port: 7700, demo: true, databaseUrl: null, corsOrigins: [] });
  expect(config.dataDir).toBe(join(cwd, 'data'));
  expect(config.roles).toEqual(['web', 'worker', 'trader', 'agent']);
  expect(config.rateLimits.publicWritesPerMinute).toBe(30);
});

test('a flag beats the environment, the environment beats the file, CACTUS_PORT beats PORT', () => {
  const yaml = 'port: 1001\nlogLevel: warn\nmarkets:\n  pollSeconds: 30\nrateLimits: { readsPerMinute: 7 }\n';
  const env = { PORT: '1002', CACTUS_PORT: '1003', CACTUS_MARKETS_POLL_SECONDS: '45' };
  expect(loadOk({ yaml, env, argv: ['--port', '1004'] }).config.port).toBe(1004);
  expect(loadOk({ yaml, env }).config.port).toBe(1003);
  expect(loadOk({ yaml, env: { PORT: '1002' } }).config.port).toBe(1002);
  const fromFile = loadOk({ yaml }).config;
  expect([fromFile.port, fromFile.logLevel, fromFile.rateLimits.readsPerMinute]).toEqual([1001, 'warn', 7]);
  const section = loadOk({ yaml, env }).config.section<{ pollSeconds: number; yahooBaseUrl: string }>('markets');
  expect(section).toMatchObject({ pollSeconds: 45, yahooBaseUrl: 'https://example.test' });
});

test('lists, switches and empty variables are read as people write them', () => {
  const env = {
    CACTUS_CORS_ORIGINS: 'https://a.test, https://b.test/',
    CACTUS_ROLES: 'web,worker',
    CACTUS_PUBLIC_URL: '',
  };
  const { config } = loadOk({ env, argv: ['--empty', '--host=0.0.0.0', '--data', '/srv/cactus'] });
  expect(config.corsOrigins).toEqual(['https://a.test', 'https://b.test']);
  expect([config.demo, config.host, config.publicUrl, config.dataDir]).toEqual([false, '0.0.0.0', null, '/srv/cactus']);
  expect(config.roles).toEqual(['web', 'worker']);
});

test.each([
  [{ env: { CACTUS_PROT: '1' } }, 'Unknown environment variable CACTUS_PROT. Did you mean CACTUS_PORT?'],
  [
    { yaml: 'markets:\n  polSeconds: 3\n' },
    'Unknown key markets.polSeconds in cactus.yaml. Did you mean markets.pollSeconds?',
  ],
  [{ yaml: 'prot: 3\n' }, 'Did you mean port?'],
  [{ env: { CACTUS_PORT: 'many' } }, 'port is "many" (from CACTUS_PORT); allowed: a whole number from 0 to 65535.'],
  [{ env: { PORT: '70000' } }, 'port is "70000" (from PORT)'],
  [{ yaml: 'logLevel: loud\n' }, 'allowed: one of debug, info, warn, error.'],
  [{ env: { CACTUS_ROLES: 'web,wroker' } }, 'roles is "web,wroker" (from CACTUS_ROLES)'],
  [{ env: { DATABASE_URL: 'mysql://x' } }, 'allowed: postgresql://user:password@host:5432/name.'],
  [{ env: { CACTUS_PUBLIC_URL: 'cactus.test' } }, 'an http(s) origin such as'],
  [{ env: { CACTUS_TRUSTED_PROXIES: '10.0.0.0/8,proxy' } }, 'an address or CIDR range'],
  [{ argv: ['--prot', '1'] }, 'Unknown flag --prot. Did you mean --port?'],
  [{ argv: ['--port'] }, '--port needs a value'],
  [{ yaml: 'a: [1' }, 'cactus.yaml is not valid YAML'],
  [{ yaml: '- 1\n' }, 'must hold keys and values'],
])('%j is refused, saying: %s', (input, words) => {
  expect(mistakesOf(input)).toContain(words);
});

test('every mistake is told at once, and a bad secret is not repeated', () => {
  const text = mistakesOf({ env: { CACTUS_PORT: 'x', CACTUS_DEMO: 'perhaps', CACTUS_MARKETS_API_TOKEN: 'short' } });
  expect(text.split('\n')).toHaveLength(3);
  expect(text).not.toContain('short"');
});

test('the explanation names value and source of each key and masks secrets', () => {
  const env = { DATABASE_URL: 'postgresql://cactus:hunter2@db/cactus', CACTUS_METRICS_TOKEN: 'a-very-secret-token' };
  const { settings } = loadOk({ env });
  const fact = (key: string) => settings.find((setting) => setting.key === key);
  expect(fact('databaseUrl')).toMatchObject({ valueText: 'postgresql://cactus:••••@db/cactus', source: 'environment' });
  expect(fact('metricsToken')).toMatchObject({ valueText: '••••', environmentName: 'CACTUS_METRICS_TOKEN' });
  expect(fact('port')).toMatchObject({
    valueText: '7700',
    source: 'default',
    allowed: 'a whole number from 0 to 65535',
  });
  expect(JSON.stringify(settings)).not.toMatch(/hunter2|a-very-secret/);
});

test('every setting has a meaning, and the table holds each of them', () => {
  const settings = describeSettings([markets]);
  const table = settingsTable(settings);
  for (const setting of settings) {
    expect([setting.key, setting.meaning]).not.toEqual([setting.key, '']);
    expect(table).toContain(setting.environmentName);
  }
});
