/** Goal: `cactus audit verify` says that whole chains are whole, and names the entry when somebody wrote into the database. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSetupLink } from '#identity';
import { testServer, type TestServer } from '#platform/testing';
import { domains } from '../main.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const CLI_MS_MAX = 120_000; // Each call is a process that opens the platform; a busy machine takes its time.
let server: TestServer;
beforeAll(async () => {
  server = await testServer(domains);
  const link = await createSetupLink(server.platform);
  const who = { name: 'Ana Ferreyra', email: 'ana@example.com', password: 'tres gatos y un pez' };
  const place = { workspaceName: 'Casa', baseCurrency: 'EUR', locale: 'es', timeZone: 'Europe/Madrid' };
  const owner = server.browser();
  await owner.call('/api/setup', { method: 'POST', body: { token: link?.token, ...who, ...place } });
  await owner.call('/api/me', { method: 'PATCH', body: { name: 'Ana Luz' } });
}, CLI_MS_MAX);
afterAll(async () => {
  await server.close();
});

function verify(...flags: string[]): Promise<{ code: number; stdout: string }> {
  const env = {
    CACTUS_DATABASE_URL: server.platform.databaseUrl,
    CACTUS_DATA_DIR: server.platform.config.dataDir,
    NO_COLOR: '1',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'audit', 'verify', ...flags], { env }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
  });
}

test('whole chains: exit 0 and their figures', { timeout: CLI_MS_MAX }, async () => {
  const { code, stdout } = await verify('--json');
  const { chains } = JSON.parse(stdout) as { chains: { fault: string | null; entryCount: string }[] };
  expect([code, chains.map(({ fault }) => fault)]).toEqual([0, [null]]);
  expect(Number(chains[0]?.entryCount)).toBeGreaterThan(1);
});

test('an entry changed past the product: exit 3, and which one', { timeout: CLI_MS_MAX }, async () => {
  await server.platform.db.transaction(async (tx) => {
    await tx.prepared('test.owner', 'set local session_replication_role = replica', []);
    await tx.prepared('test.tamper', `update identity_audit_entries set ip = '10.0.0.9' where sequence = 1`, []);
  });
  const { code, stdout } = await verify();
  expect([code, stdout.includes('broken: entry 1 was changed')]).toEqual([3, true]);
});
