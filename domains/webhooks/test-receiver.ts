/**
 * A local receiver for tests: a real HTTP server that records what arrives and answers as told. The check of signatures is
 * written from the Standard Webhooks text and shares nothing with our signer.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

export interface TestReceiver {
  readonly url: string;
  readonly calls: ReceivedCall[];
  /** How the next calls are answered; an answer that never ends is a receiver that hangs. */
  reply: (response: ServerResponse, call: ReceivedCall) => void;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<TestReceiver> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), path: request.url ?? '' };
      calls.push(call);
      receiver.reply(response, call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: TestReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    calls,
    reply: answerWith(204),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}

export function answerWith(status: number, headers: Record<string, string> = {}, body = ''): TestReceiver['reply'] {
  return (response) => response.writeHead(status, headers).end(body);
}

/** A receiver that takes the request and never answers. */
export const hangs: TestReceiver['reply'] = () => undefined;

/** Whether one of the signatures of a request was made with this secret. */
export function isSignedWith(secret: string, { headers, body }: Pick<ReceivedCall, 'headers' | 'body'>): boolean {
  const key = Buffer.from(secret.split('_')[1] ?? '', 'base64');
  const signed = Buffer.from(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`);
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((entry) => {
      const [version, value = ''] = entry.split(',');
      const given = Buffer.from(value, 'base64');
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
    });
}
