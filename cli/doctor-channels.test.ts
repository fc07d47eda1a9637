/** Goal: the doctor tells a mail server that is not set, unknown, closed, in the clear, without password or fine. */
import assert from 'node:assert';
import { expect, test } from 'vitest';
import type { Config } from '#platform/config';
import type { Queryable } from '#platform/db';
import { type CredentialFact, smtpServerOf } from '#platform/mail';
import type { TelegramState } from '#platform/telegram';
import { checkMail, checkTelegram } from './doctor-channels.ts';

const SMTP = { url: null, host: null, port: null, user: null, password: null, from: null, tls: 'auto' } as const;
const check = (smtp: Partial<Config['smtp']>, isOpen = true, source: CredentialFact['source'] = 'none') =>
  checkMail(
    {
      server: () => smtpServerOf({ ...SMTP, ...smtp }, null),
      passwordFact: async () => ({ source, changedAtMs: null }),
    },
    () => Promise.resolve(isOpen),
  );

test.each([
  [{}, true, 'ok', 'not set up'],
  [{ host: 'mail.invalid' }, true, 'problem', 'mail.invalid does not exist'],
  [{ host: '127.0.0.1', port: 2525 }, false, 'problem', '127.0.0.1:2525 takes no connection'],
  [{ host: '127.0.0.1', tls: 'none' }, true, 'warning', '127.0.0.1:587, without encryption'],
  [{ host: '127.0.0.1' }, true, 'ok', '127.0.0.1:587 as Cactus <cactus@localhost>, opportunistic'],
  [{ host: '127.0.0.1', user: 'ana' }, true, 'warning', '127.0.0.1:587 as ana, without a password'],
] as const)('%j', async (smtp, isOpen, state, detail) => {
  expect(await check(smtp, isOpen)).toMatchObject({ state, detail });
});

test('a password that was entered on the page counts', async () => {
  const said = await check({ host: '127.0.0.1', user: 'ana' }, true, 'page');
  expect(said).toMatchObject({ state: 'ok', detail: expect.stringContaining('password from the page') as string });
});

const bot = (source: CredentialFact['source'], last: Partial<TelegramState> = {}) =>
  checkTelegram(
    {
      tokenFact: async () => ({ source, changedAtMs: null }),
      state: async () => ({
        isConfigured: source !== 'none',
        checkedAtMs: 1,
        botUsername: null,
        errorCode: null,
        errorDetail: null,
        ...last,
      }),
    },
    NOWHERE,
  );
/** The state above is given, not read. */
const NOWHERE: Queryable = {
  tables: () => assert.fail('the doctor reads nothing by itself'),
  prepared: () => assert.fail('the doctor reads nothing by itself'),
};

test('a bot of the settings and one of the page are told alike, with what it answered last', async () => {
  expect(await bot('none')).toMatchObject({ state: 'ok', detail: 'not set up' });
  expect(await bot('page')).toMatchObject({ state: 'ok', detail: 'a bot is set, by the page' });
  expect(await bot('settings', { botUsername: 'casa_bot' })).toMatchObject({
    detail: 'a bot is set, by the settings: @casa_bot',
  });
  expect(await bot('page', { errorCode: 'telegram_token_refused' })).toMatchObject({ state: 'problem' });
});
