/** What `cactus doctor` says of the ways out: the mail server and the Telegram bot. */
import { lookup } from 'node:dns/promises';
import type { Config } from '#platform/config';
import { smtpServerOf } from '#platform/mail';
import type { Check } from './doctor.ts';

type IsListening = (host: string, port: number) => Promise<boolean>;

/** Checks the settings and whether the server can be reached; signs in to nothing and sends nothing. */
export async function checkMail(config: Pick<Config, 'smtp' | 'publicUrl'>, isListening: IsListening): Promise<Check> {
  const name = 'Mail';
  const server = smtpServerOf(config.smtp, config.publicUrl);
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
  if (server.security === 'none') {
    const remedy = 'Set CACTUS_SMTP_TLS to auto: mail and password travel in the clear.';
    return { name, state: 'warning', detail: `${place}, without encryption`, remedy };
  }
  return { name, state: 'ok', detail: `${place} as ${server.from}, ${server.security}`, remedy: null };
}

export function checkTelegram({ telegram }: Pick<Config, 'telegram'>): Check {
  const isSet = telegram.botToken !== null;
  return {
    name: 'Telegram',
    state: 'ok',
    detail: isSet ? `a bot is set, by ${telegram.apiRoot}` : 'not set up',
    remedy: isSet ? 'Ajustes → Conexiones says whether it answers.' : null,
  };
}
