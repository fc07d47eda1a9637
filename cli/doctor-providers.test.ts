/** Goal: the doctor tells a provider that is not set up from one that fails, one that is spent and one that cannot be reached. */
import type { ProviderReport } from '#markets';
import { expect, test } from 'vitest';
import { checkProviders } from './doctor-providers.ts';

const HEALTH = {
  provider: 'yahoo',
  state: 'closed' as const,
  failuresInRow: 0,
  lastSuccessAtMs: Date.parse('2026-11-20T10:00:00Z'),
  lastFailureAtMs: null,
  lastFailure: null,
  openUntilMs: null,
  credits: [],
};
const report = (more: Partial<ProviderReport>): ProviderReport => ({
  provider: 'yahoo',
  baseUrl: 'https://yahoo.example/',
  keySource: 'not_needed',
  isSetUp: true,
  health: HEALTH,
  ...more,
});
const asked: string[] = [];
const isListening = async (host: string, port: number): Promise<boolean> => {
  asked.push(`${host}:${port}`);
  return host !== 'gone.example';
};
const check = async (more: Partial<ProviderReport>) => (await checkProviders([report(more)], isListening))[0];

test('each state has its word and one thing to do', async () => {
  expect(await check({})).toMatchObject({ name: 'Yahoo', state: 'ok', detail: 'answered at 2026-11-20T10:00:00.000Z' });
  expect(await check({ health: null })).toMatchObject({ state: 'ok', detail: 'not asked yet' });
  expect(await check({ isSetUp: false, keySource: 'none' })).toMatchObject({ state: 'ok', detail: 'not set up' });
  expect(await check({ baseUrl: 'http://gone.example:8080/' })).toMatchObject({
    state: 'warning',
    remedy: /gone\.example/,
  });
  const failed = { ...HEALTH, lastFailureAtMs: HEALTH.lastSuccessAtMs + 1, lastFailure: 'provider_failed: HTTP 500' };
  expect(await check({ health: failed })).toMatchObject({ state: 'warning', detail: 'provider_failed: HTTP 500' });
  const credits = [{ window: 'day' as const, usedCredits: 790, limitCredits: 800, endsAtMs: 1 }];
  expect(await check({ health: { ...HEALTH, credits } })).toMatchObject({
    state: 'warning',
    detail: '10 of 800 credits of the day left',
  });
  expect(asked).toContain('yahoo.example:443');
  expect(asked).toContain('gone.example:8080');
});

test('with live providers off there is one line and nobody is looked for', async () => {
  asked.length = 0;
  expect(await checkProviders(null, isListening)).toMatchObject([{ name: 'Prices', state: 'ok' }]);
  expect(asked).toEqual([]);
});
