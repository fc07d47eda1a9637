/**
 * Goal: a new master key reaches every sealed text of every part, through a kill -9 in the middle, so that the old key can be
 * taken away and everything still opens. A column that nobody declared makes this red: the whole database is searched.
 */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assert } from '#kernel';
import { createSetupLink } from '#identity';
import { platformDomain } from '#platform/runtime';
import { keyFileOf, MAIL_PASSWORD, rewrapAll, rotateMasterKey, sealedColumnsOf, staleCounts } from '#platform/secrets';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { sql } from 'kysely';
import { Secret, TOTP } from 'otpauth';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { domains } from '../main.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const CLI_MS_MAX = 120_000; // Each call is a process that opens the platform; a busy machine takes its time.
const MANY = 450; // Three steps of two hundred.
const PERIOD_MS = 30_000;

let server: TestServer;
let owner: TestBrowser;
let workspaceId = '';
let totp: TOTP;

beforeAll(async () => {
  server = await testServer([platformDomain, ...domains]);
  owner = server.browser();
  const link = await createSetupLink(server.platform);
  const who = { name: 'Ana Ferreyra', email: 'ana@example.com', password: 'tres gatos y un pez' };
  const place = { workspaceName: 'Casa', baseCurrency: 'EUR', locale: 'es', timeZone: 'Europe/Madrid' };
  const made = await send('POST', '/api/setup', { token: link?.token, ...who, ...place });
  workspaceId = String(made['workspaceId']);
  await sealOneOfEach();
}, CLI_MS_MAX);
afterAll(() => server.close());

test(
  'killed -9 in the middle of a rotation, everything opens, and the old key cannot be taken away yet',
  {
    timeout: CLI_MS_MAX,
  },
  async () => {
    const { platform } = server;
    const oldKey = platform.secrets.keyId;
    const holder = new pg.Client({ connectionString: platform.databaseUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query(`select from platform_secrets where name = 'name300' for update`);
    const child = spawn(process.execPath, [MAIN, 'secret', 'rotate'], { env: environment(), stdio: 'ignore' });
    const gone = new Promise((resolve) => child.on('exit', resolve));
    // It stands before the locked row: one step is committed, the second has locked half of its rows.
    await expect.poll(isWaitingForLock, { timeout: CLI_MS_MAX / 2, interval: 100 }).toBe(true);
    child.kill('SIGKILL');
    await gone;
    await holder.query('rollback');
    await holder.end();

    const newKey = platform.secrets.keyId;
    expect(newKey).not.toBe(oldKey);
    const left = await staleCounts(platform.db, sealedColumnsOf(platform), newKey);
    expect(left).toContainEqual({ column: 'platform_secrets.sealed', staleCount: MANY + 1 - 200 });
    expect(left.length).toBeGreaterThanOrEqual(5);
    expect(await opens()).toEqual([]);
    expect(await cactus('forget', oldKey)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('rewrap') as string,
    });
    expect(keyIds()).toEqual([newKey, oldKey]);
  },
);

test(
  'gone on with, it reaches every table; without the old key everything opens',
  { timeout: CLI_MS_MAX },
  async () => {
    const { platform } = server;
    const [newKey = '', oldKey = ''] = keyIds();
    const { code, stdout, stderr } = await cactus('rewrap', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ keyId: newKey, unreadableCount: 0 })]);
    expect(stderr).toContain('100 %');
    expect(await tablesHolding(`v2.${oldKey}.`)).toEqual([]);
    expect(await tablesHolding(`v2.${newKey}.`)).toEqual([
      'identity_signing_keys',
      'identity_totp_keys',
      'platform_mails',
      'platform_secrets',
      'webhooks_endpoints',
    ]);
    expect(await cactus('forget', oldKey)).toMatchObject({ code: 0 });
    expect(keyIds()).toEqual([newKey]);
    expect(await opens()).toEqual([]);
    expect(await platform.secrets.use(MAIL_PASSWORD)).toBe('smtp-pass');
    platform.time.advance(PERIOD_MS);
    const body = { method: 'totp', code: totp.generate({ timestamp: platform.clock() }) };
    expect((await owner.call('/api/me/proofs', { method: 'POST', body })).statusCode).toBeLessThan(300);
    expect(await cactus('forget', newKey)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('seals now') as string,
    });
  },
);

test('a text whose key is lost is named and left alone, the rest goes on', async () => {
  const { platform } = server;
  const { db } = platform;
  await sql`update identity_totp_keys set sealed_secret = 'v2.0123456789abcdef.AAAA.AAAA'`.execute(db.tables());
  await rotateMasterKey({ ...source(), db });
  const { unreadable, rewrappedCount } = await rewrapAll(platform, quiet());
  expect(unreadable).toEqual([expect.stringMatching(/^identity_totp_keys\.sealed_secret /)]);
  expect(rewrappedCount).toBeGreaterThanOrEqual(4);
});

/** Columns of which something does not open with the keys of the file, found by opening every text of it. */
async function opens(): Promise<readonly string[]> {
  const { platform } = server;
  const failures: string[] = [];
  for (const column of sealedColumnsOf(platform)) {
    await platform.db.transaction(async (tx) => {
      // No key has this id, so every row is looked at; nothing is kept.
      const done = await column.step(tx, { keyId: '', afterId: null, countMax: 1000 }, (scope, sealed) => {
        platform.secrets.open(scope, sealed);
        return sealed;
      });
      if (done.lastId === null) failures.push(`${column.name} is empty`);
      failures.push(...done.unreadableIds.map((id) => `${column.name} ${id}`));
    });
  }
  return failures;
}

async function sealOneOfEach(): Promise<void> {
  const { platform } = server;
  const { db, secrets } = platform;
  await db.transaction((tx) => secrets.set(tx, MAIL_PASSWORD, 'smtp-pass'));
  for (let index = 1; index <= MANY; index += 1) {
    await db.transaction((tx) =>
      secrets.set(tx, { workspaceId, name: `name${String(index).padStart(3, '0')}` }, `value ${index}`),
    );
  }
  for (const place of [workspaceId, null]) {
    const mail = { to: 'luis@example.com', subject: 'Hola', text: 'Un enlace', purpose: 'test' };
    await db.transaction((tx) =>
      platform.mail.send(tx, { ...mail, ...(place === null ? {} : { workspaceId: place }) }),
    );
  }
  await send('POST', '/api/webhooks/endpoints', { url: 'https://example.com/hook', signsWithPublicKey: true });
  const started = await send('POST', '/api/me/totp', {});
  totp = new TOTP({ secret: Secret.fromBase32(String(started['secret'])), digits: 6, period: 30 });
  await send('PUT', '/api/me/totp', { code: totp.generate({ timestamp: platform.clock() }) });
  const token = await send('POST', '/api/api-tokens', { name: 'Hoja', scopes: ['portfolios.portfolio.read'] });
  const grant = { grant_type: 'client_credentials', client_secret: token['secret'] };
  const answer = await server.browser().call('/api/auth/token', { method: 'POST', body: grant });
  assert(answer.statusCode < 300, `POST /api/auth/token: ${answer.body}`);
}

async function send(method: 'POST' | 'PUT', url: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await owner.call(url, { method, body });
  assert(answer.statusCode < 300, `${method} ${url}: ${answer.statusCode} ${answer.body}`);
  return answer.body === '' ? {} : answer.json<Record<string, unknown>>();
}

/** Every table whose rows hold this text anywhere. */
async function tablesHolding(text: string): Promise<readonly string[]> {
  const { db } = server.platform;
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db.tables());
  const holding = [];
  for (const { name } of rows) {
    const found = await sql`select from ${sql.table(name)} t where t::text like ${`%${text}%`} limit 1`.execute(
      db.tables(),
    );
    if (found.rows.length > 0) holding.push(name);
  }
  return holding;
}

async function isWaitingForLock(): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and query like '%platform_secrets%') as waits`.execute(server.platform.db.tables());
  return rows[0]?.waits === true;
}

function cactus(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'secret', ...args], { env: environment() }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

function environment(): Record<string, string> {
  const { databaseUrl, config } = server.platform;
  return { CACTUS_DATABASE_URL: databaseUrl, CACTUS_DATA_DIR: config.dataDir, NO_COLOR: '1' };
}

function source() {
  const { clock, config } = server.platform;
  return { clock, dataDir: config.dataDir, secretKey: null, previousSecretKey: null };
}

function quiet() {
  return { signal: new AbortController().signal, progress: async (): Promise<void> => undefined };
}

function keyIds(): readonly string[] {
  assert(readFileSync(keyFileOf(server.platform.config.dataDir), 'utf8').includes('newest first'), 'a key file');
  return server.platform.secrets.keys.map(({ id }) => id);
}
