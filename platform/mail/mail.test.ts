/** Goal: a mail lives and dies with its transaction, leaves once, names why it could not, and keeps no secret behind. */
import { type Mail, MAIL_TEST_PURPOSE } from '#platform/mail';
import { startTestSmtp, testPlatform, type TestPlatform, type TestSmtp } from '#platform/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mailFaultOf } from './smtp-fault.ts';
import { smtpServerOf, type SmtpSettings } from './smtp-server-address.ts';

const SMTP = { url: null, host: null, port: null, user: null, password: null, from: null, tls: 'auto' } as const;
const SECRET = 'https://cactus.example/invite#t=s3cr3t';
let smtp: TestSmtp;
let platform: TestPlatform;
beforeAll(async () => {
  smtp = await startTestSmtp();
  platform = await testPlatform([], { config: { smtp: { ...SMTP, host: '127.0.0.1', port: smtp.port } } });
  await platform.jobs.start();
});
afterAll(async () => {
  await platform.close();
  await smtp.close();
});
beforeEach(() => smtp.reset());

const invitation: Mail = {
  to: 'ana@example.com',
  subject: 'Tu invitación',
  text: `Entra: ${SECRET}`,
  html: `<a href="${SECRET}">Entra</a>`,
  purpose: 'identity.invitation',
};
const send = (mail: Partial<Mail> = {}): Promise<string> =>
  platform.db.transaction((tx) => platform.mail.send(tx, { ...invitation, ...mail }));
const stateOf = async (id: string) => (await platform.mail.find(platform.db, id))?.state;

/** Everything the database holds about mails and jobs, as text. */
async function stored(): Promise<string> {
  const rows = await platform.db.prepared<{ text: string }>(
    'test.mail.stored',
    `select mails::text as text from platform_mails mails
     union all select jobs::text from graphile_worker._private_jobs jobs`,
    [],
  );
  return rows.map(({ text }) => text).join('\n');
}

test('a mail arrives as text and HTML, and nothing of its secret stays behind', async () => {
  const id = await send();
  await expect.poll(() => stateOf(id)).toBe('sent');
  const [mail] = smtp.received;
  expect(mail).toMatchObject({ to: ['ana@example.com'], subject: 'Tu invitación' });
  expect(mail?.text).toContain(SECRET);
  expect(mail?.raw).toContain(`Message-ID: <${id}@localhost>`);
  expect(mail?.raw).toContain('Auto-Submitted: auto-generated');
  expect(await stored()).not.toContain('s3cr3t');
});

test('a body that waits is sealed: neither rows nor jobs tell the link', async () => {
  smtp.answerNext({ responseCode: 451, message: '4.7.1 Greylisted, try later' });
  const id = await send();
  await expect.poll(async () => (await platform.mail.find(platform.db, id))?.errorCode).toBe('mail_busy');
  expect(await stored()).not.toContain('s3cr3t');
  const scope = { workspaceId: platform.newId() };
  const [job] = await platform.jobs.list(scope, WAITING);
  await expect.poll(async () => (await platform.jobs.retry(scope, job?.id ?? 0n)).ok).toBe(true);
  await expect.poll(() => stateOf(id)).toBe('sent');
});

test('a change that is undone sends nothing', async () => {
  const undone = platform.db.transaction(async (tx) => {
    await platform.mail.send(tx, { ...invitation, subject: 'undone' });
    throw new Error('changed my mind');
  });
  await expect(undone).rejects.toThrow('changed my mind');
  const id = await send({ subject: 'kept' });
  await expect.poll(() => stateOf(id)).toBe('sent');
  expect(smtp.received.map(({ subject }) => subject)).toEqual(['kept']);
});

test('while the server is busy the mail waits, says why, and leaves on the next attempt with the same id', async () => {
  smtp.answerNext({ responseCode: 451, message: '4.7.1 Greylisted, try later' });
  const id = await send();
  await expect.poll(async () => (await platform.mail.find(platform.db, id))?.errorCode).toBe('mail_busy');
  expect(await stateOf(id)).toBe('waiting');
  const scope = { workspaceId: platform.newId() };
  const [job] = await platform.jobs.list(scope, WAITING);
  // Refused for the moment in which the failed attempt is still being put away.
  await expect.poll(async () => (await platform.jobs.retry(scope, job?.id ?? 0n)).ok).toBe(true);
  await expect.poll(() => stateOf(id)).toBe('sent');
  expect(smtp.received).toHaveLength(1);
});
const WAITING = { state: null, beforeId: null, countMax: 10 };

test('a mailbox that does not exist is final: told, not repeated, and the body is gone', async () => {
  smtp.answerNext({ responseCode: 550, message: '5.1.1 No such user' });
  const id = await send();
  await expect.poll(() => stateOf(id)).toBe('failed');
  expect(await platform.mail.find(platform.db, id)).toMatchObject({ errorCode: 'mail_recipient_refused', attempts: 1 });
  expect(await stored()).not.toContain('s3cr3t');
  expect(await platform.jobs.list({ workspaceId: platform.newId() }, WAITING)).toEqual([]);
});

test('a test says at once why it failed, also when another try could help', async () => {
  smtp.answerNext({ responseCode: 451, message: '4.3.2 busy' });
  const id = await send({ purpose: MAIL_TEST_PURPOSE });
  await expect.poll(() => stateOf(id)).toBe('failed');
});

test('a line break in a subject begins no header; an address that names two people is refused', async () => {
  const id = await send({ subject: 'Hello\r\nBcc: eve@example.com' });
  await expect.poll(() => stateOf(id)).toBe('sent');
  expect(smtp.received[0]?.subject).toBe('Hello Bcc: eve@example.com');
  expect(smtp.received[0]?.to).toEqual(['ana@example.com']);
  for (const to of ['a@x.com, b@x.com', 'a@x.com\r\nBcc: b@x.com', 'Ana <a@x.com>', '']) {
    await expect(send({ to })).rejects.toThrow('callers check the address');
  }
});

test('a mail nobody waits for any more is not sent, and purging wipes its body', async () => {
  const late = await send({ expiresAtMs: platform.clock() - 1 });
  await expect.poll(() => stateOf(late)).toBe('expired');
  expect(smtp.received).toEqual([]);
  expect(await stored()).not.toContain('s3cr3t');
});

test('a digest says where to stop it', async () => {
  const id = await send({ unsubscribeUrl: 'https://cactus.example/ajustes/avisos' });
  await expect.poll(() => stateOf(id)).toBe('sent');
  expect(smtp.received[0]?.raw).toContain('List-Unsubscribe: <https://cactus.example/ajustes/avisos>');
});

test('TLS is demanded everywhere but here; only the operator can turn it off', () => {
  const security = (settings: Partial<SmtpSettings>) => smtpServerOf({ ...SMTP, ...settings }, null)?.security;
  expect(security({ host: 'mail.example.com' })).toBe('starttls');
  expect(security({ host: 'mail.example.com', port: 465 })).toBe('implicit');
  expect(security({ url: 'smtps://mail.example.com' })).toBe('implicit');
  expect(security({ host: '127.0.0.1' })).toBe('opportunistic');
  expect(security({ host: '127.0.0.1', tls: 'starttls' })).toBe('starttls');
  expect(security({ host: 'mail.example.com', tls: 'none' })).toBe('none');
  expect(smtpServerOf(SMTP, null)).toBeNull();
  expect(smtpServerOf({ ...SMTP, url: 'smtp://a%40b.com:p%3Aw@h:2525' }, null)).toMatchObject({
    host: 'h',
    port: 2525,
    user: 'a@b.com',
    password: 'p:w',
    from: 'Cactus <a@b.com>',
  });
});

test('a server without TLS is refused when TLS is demanded, before the password is said', async () => {
  const strict = await testPlatform([], {
    config: {
      smtp: { ...SMTP, host: '127.0.0.1', port: smtp.port, tls: 'starttls', user: 'ana', password: 'hunter2-secret' },
    },
  });
  await strict.jobs.start();
  const id = await strict.db.transaction((tx) => strict.mail.send(tx, { ...invitation, purpose: MAIL_TEST_PURPOSE }));
  await expect.poll(async () => (await strict.mail.find(strict.db, id))?.errorCode).toBe('mail_tls_refused');
  expect(smtp.signedIn).toEqual([]);
  await strict.close();
});

test('without a server it is not configured, and the cause says so', async () => {
  const bare = await testPlatform([]);
  expect(await bare.mail.isConfigured()).toBe(false);
  expect(await platform.mail.isConfigured()).toBe(true);
  await bare.jobs.start();
  const id = await bare.db.transaction((tx) => bare.mail.send(tx, { ...invitation, purpose: MAIL_TEST_PURPOSE }));
  await expect.poll(async () => (await bare.mail.find(bare.db, id))?.errorCode).toBe('mail_not_configured');
  expect(bare.mails).toHaveLength(1);
  await bare.close();
});

test.each([
  [{ code: 'EDNS', message: 'getaddrinfo ENOTFOUND smtp.nowhere' }, 'mail_host_unknown'],
  [{ code: 'ESOCKET', message: 'connect ECONNREFUSED 10.0.0.9:587' }, 'mail_host_unreachable'],
  [{ code: 'ETIMEDOUT', message: 'Connection timeout' }, 'mail_timeout'],
  [{ code: 'ETLS', message: 'Upgrading connection to TLS failed' }, 'mail_tls_refused'],
  [{ code: 'ESOCKET', message: 'self-signed certificate' }, 'mail_tls_certificate'],
  [{ code: 'EAUTH', responseCode: 535, response: '535 5.7.8 Bad credentials' }, 'mail_sign_in_refused'],
  [
    { code: 'EENVELOPE', responseCode: 554, response: '554 5.7.1 Relay access denied', command: 'RCPT TO' },
    'mail_relay_denied',
  ],
  [
    { code: 'EENVELOPE', responseCode: 550, response: '550 no such user', command: 'RCPT TO' },
    'mail_recipient_refused',
  ],
  [{ code: 'EENVELOPE', responseCode: 553, response: '553 not yours', command: 'MAIL FROM' }, 'mail_sender_refused'],
  [{ code: 'EMESSAGE', responseCode: 552, response: '552 too big', command: 'DATA' }, 'mail_too_large'],
])('%j is told as %s', (error, code) => {
  expect(mailFaultOf(error).code).toBe(code);
});

test('a cause never repeats the password', () => {
  expect(mailFaultOf(new Error('AUTH PLAIN hunter2 refused'), ['hunter2']).detail).toBe('AUTH PLAIN •••• refused');
});
