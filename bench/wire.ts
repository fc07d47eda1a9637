/**
 * A load generator and a receiver on bare sockets. Both ends of a request run beside the product on the same machine, so
 * what the generator burns is missing to what it measures; a full HTTP client costs as much as the server it asks.
 * They speak only what our server and our webhook sender say: HTTP/1.1, kept alive, bodies with a Content-Length.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

/** Cuts a stream of HTTP messages into head and body; what is incomplete waits for more. */
class MessageCutter {
  #rest = '';
  readonly #onMessage: (head: string, body: string) => void;

  constructor(onMessage: (head: string, body: string) => void) {
    this.#onMessage = onMessage;
  }

  /** `latin1` keeps one character a byte, so that lengths are those of the header. */
  add(chunk: string): void {
    this.#rest = this.#rest === '' ? chunk : this.#rest + chunk;
    for (;;) {
      const headEnd = this.#rest.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const head = this.#rest.slice(0, headEnd);
      const bodyStart = headEnd + HEAD_END.length;
      const bodyEnd = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (this.#rest.length < bodyEnd) return;
      const body = this.#rest.slice(bodyStart, bodyEnd);
      this.#rest = this.#rest.slice(bodyEnd);
      this.#onMessage(head, body);
    }
  }
}

interface Lane {
  readonly socket: Socket;
  answered: ((status: number) => void) | null;
}

export interface LoadSockets {
  /** Sends a JSON body and gives the status; waits while every connection is busy. */
  post(path: string, body: unknown): Promise<number>;
  close(): void;
}

/** Opens `count` connections to the product; one request at a time on each. */
export async function openLoadSockets(
  url: string,
  { count, headers }: { readonly count: number; readonly headers: Readonly<Record<string, string>> },
): Promise<LoadSockets> {
  const { hostname, port, host } = new URL(url);
  const fixed = Object.entries({ host, 'content-type': 'application/json', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const free: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
  const release = (lane: Lane): void => {
    const next = waiting.shift();
    if (next) next(lane);
    else free.push(lane);
  };
  const lanes = await Promise.all(Array.from({ length: count }, () => openLane(hostname, Number(port))));
  free.push(...lanes);
  return {
    async post(path, body) {
      const text = JSON.stringify(body);
      const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
      const status = await new Promise<number>((resolve) => {
        lane.answered = resolve;
        lane.socket.write(`POST ${path} HTTP/1.1\r\n${fixed}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      });
      release(lane);
      return status;
    },
    close: () => {
      for (const { socket } of lanes) socket.destroy();
    },
  };
}

async function openLane(host: string, port: number): Promise<Lane> {
  const socket = connect({ host, port, noDelay: true });
  const lane: Lane = { socket, answered: null };
  const answer = (status: number): void => {
    const { answered } = lane;
    lane.answered = null;
    answered?.(status);
  };
  const cutter = new MessageCutter((head) => answer(Number(head.slice(9, 12))));
  socket.setEncoding('latin1').on('data', (chunk: string) => cutter.add(chunk));
  socket.on('error', () => answer(0)).on('close', () => answer(0));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return lane;
}

/** A local receiver that answers 204, or never when it hangs; `onCall` hears the body at the instant it is complete. */
export async function openWireReceiver(
  onCall: (body: string) => void,
  options: { readonly hangs?: boolean } = {},
): Promise<{ readonly url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const cutter = new MessageCutter((_, body) => {
      onCall(body);
      if (options.hangs !== true) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
    socket.setEncoding('latin1').on('data', (chunk: string) => cutter.add(chunk));
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
