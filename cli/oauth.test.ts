/** Goal: `cactus oauth doctor` finds each fault that stops a sign-in with a provider, asked of a real one, and says what to do. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openTestProvider, type TestProvider } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const REDIRECT_URI = 'http://localhost:7700/api/auth/oidc/callback';
const TEST_MS_MAX = 120_000;
let provider: TestProvider;

beforeAll(async () => {
  provider = await openTestProvider();
  provider.allowRedirect(REDIRECT_URI);
});
afterAll(() => provider.close());

interface Answer {
  readonly version: number;
  readonly redirectUri: string | null;
  readonly checks: readonly { name: string; state: string; detail: string; remedy: string | null }[];
}

function run(flags: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [MAIN, 'oauth', 'doctor', ...flags],
      { env: { NO_COLOR: '1', ...env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

async function doctor(env: Readonly<Record<string, string>>) {
  const { code, stdout } = await run(['--json'], env);
  const answer = JSON.parse(stdout) as Answer;
  const stateOf = (name: string) => answer.checks.find((check) => check.name === name)?.state;
  const textOf = (name: string) => {
    const check = answer.checks.find((one) => one.name === name);
    return `${check?.detail} -> ${check?.remedy}`;
  };
  return { code, answer, stateOf, textOf };
}

const known = () => ({
  CACTUS_IDENTITY_OIDC_ISSUER: provider.issuer,
  CACTUS_IDENTITY_OIDC_CLIENT_ID: provider.clientId,
  CACTUS_IDENTITY_OIDC_CLIENT_SECRET: provider.clientSecret,
});

test(
  'all is well: exit 0, the redirect URI on the last line, and the secret nowhere',
  async () => {
    const { code, stdout, stderr } = await run([], known());
    expect([code, stdout.trim().split('\n').at(-1)?.trim()]).toEqual([0, REDIRECT_URI]);
    expect(stdout).toContain('the provider knows it');
    expect(stdout).toContain('the provider accepts it');
    expect(stdout + stderr).not.toContain(provider.clientSecret);
    const { answer } = await doctor(known());
    expect(answer).toMatchObject({ version: 1, redirectUri: REDIRECT_URI });
    expect(answer.checks.map(({ name, state }) => [name, state])).toEqual(
      ['Client', 'Address', 'People', 'Provider', 'Clock', 'Redirect URI', 'Secret'].map((name) => [name, 'ok']),
    );
  },
  TEST_MS_MAX,
);

test(
  'nothing configured: exit 3, and which names to set',
  async () => {
    const { code, stateOf, textOf } = await doctor({});
    expect([code, stateOf('Client')]).toEqual([3, 'problem']);
    expect(textOf('Client')).toContain('GOOGLE_CLIENT_ID');
  },
  TEST_MS_MAX,
);

test(
  'a redirect URI that is not registered is explained as redirect_uri_mismatch',
  async () => {
    const { code, stateOf, textOf } = await doctor({ ...known(), CACTUS_PORT: '7701' });
    expect([code, stateOf('Redirect URI'), stateOf('Secret')]).toEqual([3, 'problem', 'ok']);
    expect(textOf('Redirect URI')).toContain('redirect_uri_mismatch');
    expect(textOf('Redirect URI')).toContain('http://localhost:7701/api/auth/oidc/callback');
  },
  TEST_MS_MAX,
);

test(
  'a wrong secret, an unknown id, a provider that does not answer',
  async () => {
    const secret = await doctor({ ...known(), CACTUS_IDENTITY_OIDC_CLIENT_SECRET: 'another' });
    expect([secret.stateOf('Redirect URI'), secret.stateOf('Secret')]).toEqual(['ok', 'problem']);
    const id = await doctor({ ...known(), CACTUS_IDENTITY_OIDC_CLIENT_ID: 'another' });
    expect([id.stateOf('Redirect URI'), id.stateOf('Secret')]).toEqual(['problem', 'problem']);
    const gone = await doctor({ ...known(), CACTUS_IDENTITY_OIDC_ISSUER: 'http://127.0.0.1:9' });
    expect([gone.code, gone.stateOf('Provider')]).toEqual([3, 'problem']);
    expect(gone.textOf('Provider')).toContain('cannot be read');
  },
  TEST_MS_MAX,
);

test.each([
  ['https://192.0.2.10', 'bare address'],
  ['http://cactus.example.org', 'plain http'],
  ['https://cactus.local', 'public domain'],
])(
  'a public URL that no provider accepts: %s',
  async (publicUrl, words) => {
    const { code, stateOf, textOf } = await doctor({ CACTUS_PUBLIC_URL: publicUrl });
    expect([code, stateOf('Address')]).toEqual([3, 'problem']);
    expect(textOf('Address')).toContain(words);
  },
  TEST_MS_MAX,
);
