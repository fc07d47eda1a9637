/** Goal: the doctor tells a mail server that is not set, unknown, closed, in the clear or fine. */
import { expect, test } from 'vitest';
import { checkMail, checkTelegram } from './doctor-channels.ts';

const SMTP = { url: null, host: null, port: null, user: null, password: null, from: null, tls: 'auto' } as const;
const check = (smtp: object, isOpen = true) =>
  checkMail({ smtp: { ...SMTP, ...smtp }, publicUrl: null }, () => Promise.resolve(isOpen));

test.each([
  [{}, true, 'ok', 'not set up'],
  [{ host: 'mail.invalid' }, true, 'problem', 'mail.invalid does not exist'],
  [{ host: '127.0.0.1', port: 2525 }, false, 'problem', '127.0.0.1:2525 takes no connection'],
  [{ host: '127.0.0.1', tls: 'none' }, true, 'warning', '127.0.0.1:587, without encryption'],
  [{ host: '127.0.0.1' }, true, 'ok', '127.0.0.1:587 as Cactus <cactus@localhost>, opportunistic'],
] as const)('%j', async (smtp, isOpen, state, detail) => {
  expect(await check(smtp, isOpen)).toMatchObject({ state, detail });
});

test('the bot’s token is never shown', () => {
  const botToken = '123456789:AAsecretSECRETsecretSECRET';
  const said = checkTelegram({ telegram: { botToken, apiRoot: 'https://api.telegram.org' } });
  expect(said.detail).toContain('a bot is set');
  expect(JSON.stringify(said)).not.toContain('SECRET');
});
