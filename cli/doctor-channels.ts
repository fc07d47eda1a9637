/** What `cactus doctor` says of the ways out: the mail server and the Telegram bot, from the settings and from the page. */
import { lookup } from 'node:dns/promises';
import type { Queryable } from '#platform/db';
import type { MailDoor } from '#platform/mail';
import type { TelegramDoor } from '#platform/telegram';
import type { Check } from './doctor.ts';

type IsListening = (host: string, port: number) => Promise<boolean>;

/** Checks what is set and whether the server can be reached; signs in to nothing and sends nothing. */
export async function checkMail(
  mail: Pick<MailDoor, 'server' | 'passwordFact'>,
  isListening: IsListening,
): Promise<Check> {
  const name = 'Mail';
  const server = mail.server();
  if (!server) {
    const remedy = 'Set CACTUS_SMTP_HOST; until then invitations and resets are links to copy.';
    return { name, state: 'ok', detail: 'not set up', remedy };
  }
  const place = `${server.host}:${server.port}`;
  const isKnown = await lookup(server.host).then(
    () => true,
    () => false,
  );
  if (!isKnown) {
    return { name, state: 'problem', detail: `${server.host} does not exist`, remedy: 'Check CACTUS_SMTP_HOST.' };
  }
  if (!(await isListening(server.host, server.port))) {
    const remedy = 'Check CACTUS_SMTP_PORT (587 or 465) and the firewall; many providers close port 25.';
    return { name, state: 'problem', detail: `${place} takes no connection`, remedy };
  }
  const { source } = await mail.passwordFact();
  if (server.user !== null && source === 'none') {
    const remedy = 'Enter it at Ajustes → Conexiones, or set CACTUS_SMTP_PASSWORD.';
    return { name, state: 'warning', detail: `${place} as ${server.user}, without a password`, remedy };
  }
  if (server.security === 'none') {
    const remedy = 'Set CACTUS_SMTP_TLS to auto: mail and password travel in the clear.';
    return { name, state: 'warning', detail: `${place}, without encryption`, remedy };
  }
  const password = server.user === null ? '' : `, password from the ${source}`;
  return { name, state: 'ok', detail: `${place} as ${server.from}, ${server.security}${password}`, remedy: null };
}

/** Says whether a bot is set, where, and what it answered the last time it was asked. */
export async function checkTelegram(
  telegram: Pick<TelegramDoor, 'tokenFact' | 'state'>,
  queryable: Queryable,
): Promise<Check> {
  const name = 'Telegram';
  const { source } = await telegram.tokenFact();
  if (source === 'none') return { name, state: 'ok', detail: 'not set up', remedy: null };
  const { botUsername, errorCode, errorDetail } = await telegram.state(queryable);
  const where = `a bot is set, by the ${source}`;
  if (errorCode !== null) {
    const remedy = 'Check the token at Ajustes → Conexiones.';
    return { name, state: 'problem', detail: `${where}: ${errorDetail ?? errorCode}`, remedy };
  }
  if (botUsername !== null) return { name, state: 'ok', detail: `${where}: @${botUsername}`, remedy: null };
  return { name, state: 'ok', detail: where, remedy: 'Ajustes → Conexiones says whether it answers.' };
}
