/** A real SMTP server on loopback for tests: keeps what it receives, refuses on request. */
import type { AddressInfo } from 'node:net';

export interface ReceivedMail {
  readonly to: readonly string[];
  readonly subject: string;
  /** Decoded parts, joined. */
  readonly text: string;
  readonly raw: string;
}

export interface TestSmtp {
  readonly port: number;
  readonly received: ReceivedMail[];
  readonly signedIn: string[];
  /** The passwords that came with them. */
  readonly passwords: string[];
  /** The next recipient is answered with this. */
  answerNext(answer: { readonly responseCode: number; readonly message: string }): void;
  reset(): void;
  close(): Promise<void>;
}

/** Listens on a free port; offers no TLS and takes any recipient. */
export async function startTestSmtp(): Promise<TestSmtp> {
  const { SMTPServer } = await import('smtp-server'); // Only tests that receive mail pay for it.
  const received: ReceivedMail[] = [];
  const signedIn: string[] = [];
  const passwords: string[] = [];
  const answers: { readonly responseCode: number; readonly message: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (auth, _session, done) => {
      signedIn.push(auth.username ?? '');
      passwords.push(auth.password ?? '');
      done(null, { user: auth.username });
    },
    onRcptTo: (_address, _session, done) => {
      const answer = answers.shift();
      done(answer && Object.assign(new Error(answer.message), answer));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push(mailOf(to, Buffer.concat(chunks).toString('utf8')));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    signedIn,
    passwords,
    answerNext: (answer) => void answers.push(answer),
    reset: () => {
      received.length = 0;
      answers.length = 0;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function mailOf(to: readonly string[], raw: string): ReceivedMail {
  const subject = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1] ?? '';
  return { to, subject: decodeWords(subject.replaceAll(/\r\n[ \t]/g, ' ')), text: decodeParts(raw), raw };
}

/** RFC 2047 words in UTF-8. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_all, kind: string, words: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(words, 'base64').toString('utf8')
        : decodeQuoted(words.replaceAll('_', ' ')),
    );
}

function decodeParts(raw: string): string {
  const parts = raw.split(/\r\n--[^\r\n]+\r\n/);
  return parts
    .map((part) => {
      const [head = '', ...rest] = part.split('\r\n\r\n');
      const body = rest.join('\r\n\r\n');
      if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
      return /quoted-printable/i.test(head) ? decodeQuoted(body) : body;
    })
    .join('\n');
}

function decodeQuoted(text: string): string {
  const bytes = text
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
