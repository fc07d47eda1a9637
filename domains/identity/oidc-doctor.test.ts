/** Goal: the doctor sees a clock that is off, a port that changes, and lists that let nobody in; the rest is in cli/oauth.test.ts. */
import type { Config } from '#platform/config';
import { openTestProvider, type TestProvider } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnoseOidc } from './oidc-doctor.ts';
import { identitySettings } from './settings.ts';

let provider: TestProvider;
beforeAll(async () => {
  provider = await openTestProvider();
  provider.allowRedirect('http://localhost:7700/api/auth/oidc/callback');
});
afterAll(() => provider.close());

async function statesOf(
  oidc: Readonly<Record<string, unknown>>,
  change: Partial<Config> = {},
  offMs = 0,
): Promise<Record<string, string>> {
  const settings = identitySettings.parse({ oidc });
  const config = { publicUrl: null, host: '127.0.0.1', port: 7700, ...change };
  const section = <Settings>() => settings as Settings;
  const { checks } = await diagnoseOidc({ ...config, section }, () => Date.now() + offMs);
  return Object.fromEntries(checks.map(({ name, state, detail }) => [name, `${state}: ${detail}`]));
}

function known(): Record<string, unknown> {
  const { issuer, clientId, clientSecret } = provider;
  return { issuer, clientId, clientSecret };
}

test.each([
  [5 * 60_000, ' s ahead of the provider'],
  [-5 * 60_000, ' s behind the provider'],
  [10_000, 'ok: within'],
])('a clock that is %i ms off', async (offMs, words) => {
  expect((await statesOf(known(), {}, offMs))['Clock']).toContain(words);
});

test('an address that cannot be registered', async () => {
  expect((await statesOf(known(), { port: 0 }))['Address']).toContain('problem: the port is chosen anew');
  expect((await statesOf(known(), { host: '0.0.0.0' }))['Address']).toContain('warning: Cactus listens to the network');
  expect((await statesOf({}, { publicUrl: 'https://[2001:db8::1]' }))['Address']).toContain('problem: the public URL');
  expect((await statesOf({}, { publicUrl: 'http://localhost:8080' }))['Address']).toContain('ok: people come in');
});

test('lists that let nobody in', async () => {
  expect((await statesOf({ autoProvisionRole: 'client' }))['People']).toContain('warning: role client');
  expect((await statesOf({ allowedDomains: ['gmail.com'] }))['People']).toContain('warning: gmail.com');
  const both = { allowedDomains: ['firm.example'], autoProvisionRole: 'client' };
  expect((await statesOf(both))['People']).toBe(
    'ok: linked accounts of firm.example; unknown people of the lists come in as client',
  );
});
