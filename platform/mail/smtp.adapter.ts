/** The way to an SMTP server (nodemailer): one connection per mail, TLS as the settings demand, times limited. */
import { mailFaultOf } from './smtp-fault.ts';
import { isLoopback, type SmtpServer } from './smtp-server-address.ts';

export interface OutgoingMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly unsubscribeUrl: string | null;
}

const CONNECT_MS_MAX = 15_000;
const SILENCE_MS_MAX = 30_000; // Grey-listing servers take their time to answer.

/** Hands the mail to the server; throws `MailFault`. */
export async function deliverMail(server: SmtpServer, mail: OutgoingMail): Promise<void> {
  const { createTransport } = await import('nodemailer'); // Its memory is paid by who sends mail.
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.security === 'implicit',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    ...(server.user === null ? {} : { auth: { user: server.user, pass: server.password ?? '' } }),
    // On this machine the certificate proves nothing that the socket does not.
    tls: { rejectUnauthorized: !isLoopback(server.host) },
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: server.from,
      // As an object: text would be parsed as a list of addresses.
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      ...(mail.html === null ? {} : { html: mail.html }),
      // The same on every attempt, so that a server can tell a repetition.
      messageId: `<${mail.id}@${senderHost(server.from)}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...(mail.unsubscribeUrl === null ? {} : { list: { unsubscribe: mail.unsubscribeUrl } }),
    });
  } catch (error) {
    throw mailFaultOf(error, server.password === null ? [] : [server.password]);
  } finally {
    transport.close();
  }
}

function senderHost(from: string): string {
  return /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';
}
