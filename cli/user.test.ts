/** Goal: `cactus user` refuses what it cannot do with a sentence and the promised exit code, and prints only links on stdout. */
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
}, CLI_MS_MAX);
afterAll(async () => {
  await server.close();
});

function cactus(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    CACTUS_DATABASE_URL: server.platform.databaseUrl,
    CACTUS_DATA_DIR: server.platform.config.dataDir,
    NO_COLOR: '1',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'user', ...flags], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

test('what cannot be done: exit 1 or 2, a sentence on stderr, nothing on stdout', { timeout: CLI_MS_MAX }, async () => {
  const [role, email, nobody, nowhere] = await Promise.all([
    cactus('add', 'eva@example.com', '--role', 'boss'),
    cactus('add', 'eva', '--role', 'client'),
    cactus('reset-password', 'nadie@example.com'),
    cactus('add', 'eva@example.com', '--role', 'client'),
  ]);
  expect([role.code, email.code, nobody.code, nowhere.code]).toEqual([2, 2, 1, 1]);
  expect(role.stderr).toContain('choose one of: owner, admin');
  expect(nobody.stderr).toContain('nobody has an account with this e-mail');
  expect(nowhere.stderr).toContain('complete its setup first');
  expect([role, email, nobody, nowhere].map(({ stdout }) => stdout).join('')).toBe('');
});

test(
  'with a workspace: one link on stdout, as JSON when asked, and it sets a password',
  { timeout: CLI_MS_MAX },
  async () => {
    const link = await createSetupLink(server.platform);
    const body = {
      token: link?.token,
      name: 'Ana Ferreyra',
      email: 'ana@example.com',
      password: 'tres gatos y un pez',
      workspaceName: 'Ferreyra Asesores',
      baseCurrency: 'EUR',
      locale: 'es',
      timeZone: 'Europe/Madrid',
    };
    expect((await server.browser().call('/api/setup', { method: 'POST', body })).statusCode).toBe(201);
    const [invited, reset] = [
      await cactus('add', 'eva@example.com', '--role', 'adviser'),
      await cactus('reset-password', 'ANA@example.com', '--json'),
    ];
    expect([invited.code, reset.code]).toEqual([0, 0]);
    expect(invited.stdout).toMatch(/^http:\/\/localhost:\d+\/invitacion#t=[\w-]{43}\n$/);
    const token = /#t=(?<token>[\w-]+)/.exec((JSON.parse(reset.stdout) as { url: string }).url)?.groups?.['token'];
    const done = await server.browser().call('/api/password-resets/completion', {
      method: 'POST',
      body: { token, newPassword: 'nueve barcas en la bahía' },
    });
    expect(done.statusCode).toBe(204);
  },
);
