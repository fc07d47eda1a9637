/** Goal: one socket, no event twice, no event missed after a cut. A real WebSocket server stands at the other end. */
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { LiveClient, matchesTopic } from './live.ts';

interface Subscription {
  readonly topics: readonly string[];
  readonly after?: string;
}

let server: WebSocketServer;
let client: LiveClient;
let sockets: ServerSocket[];
let subscriptions: Subscription[];

beforeEach(async () => {
  sockets = [];
  subscriptions = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      subscriptions.push(JSON.parse(data.toString()) as Subscription);
      socket.send(JSON.stringify({ type: 'subscribed', sequence: '10' }));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  client = new LiveClient(() => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  client.stop();
  for (const socket of sockets) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function event(sequence: string, name = 'markets.alert.fired') {
  return { type: 'event', event: { id: sequence, sequence, name, subjectId: 's', payload: {}, occurredAtMs: 1 } };
}

async function until(isDone: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isDone()).toBe(true), { timeout: 5_000, interval: 10 });
}

test('topics: a name, a family, everything', () => {
  expect(matchesTopic('markets.*', 'markets.alert.fired')).toBe(true);
  expect(matchesTopic('markets.*', 'marketsx.alert')).toBe(false);
  expect(matchesTopic('*', 'anything')).toBe(true);
  expect(matchesTopic('markets.prices', 'markets.prices')).toBe(true);
});

test('a frame may carry many signals, and each event is delivered once', async () => {
  const heard: string[] = [];
  client.subscribe('markets.*', (signal) => heard.push(signal.type === 'event' ? signal.event.sequence : signal.topic));
  client.start(() => undefined);
  await until(() => subscriptions.length === 1);
  sockets[0]!.send(
    JSON.stringify([event('11'), event('11'), event('12'), { type: 'message', topic: 'markets.prices', data: 1 }]),
  );
  sockets[0]!.send(JSON.stringify(event('13', 'identity.user.created')));
  sockets[0]!.send('not json');
  await until(() => heard.length === 3);
  expect(heard).toEqual(['11', '12', 'markets.prices']);
});

test('after a cut it asks for everything since the last event it saw, even when it had seen none', async () => {
  client.subscribe('markets.alert.fired', () => undefined);
  client.start(() => undefined);
  await until(() => subscriptions.length === 1 && client.state.phase === 'live');
  expect(subscriptions[0]).toEqual({ type: 'subscribe', topics: ['markets.alert.fired'] });
  // One turn of the loop: the `subscribed` answer has arrived once another frame has.
  sockets[0]!.send(JSON.stringify({ type: 'message', topic: 'x.y', data: 0 }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  sockets[0]!.terminate();
  await until(() => client.state.phase === 'lost');
  await until(() => subscriptions.length === 2);
  expect(subscriptions[1]?.after).toBe('10');
  expect(client.state.phase).toBe('live');
});

test('when the server says the session ended it stops trying', async () => {
  const ended = vi.fn<() => void>();
  client.subscribe('*', () => undefined);
  client.start(ended);
  await until(() => subscriptions.length === 1);
  sockets[0]!.close(4401);
  await until(() => ended.mock.calls.length === 1);
  expect(client.state.phase).toBe('off');
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(sockets).toHaveLength(1);
});

test('leaving the last handler of a topic unsubscribes it', async () => {
  const leave = client.subscribe('markets.prices', () => undefined);
  client.subscribe('markets.alert.fired', () => undefined);
  client.start(() => undefined);
  await until(() => subscriptions.length === 1);
  leave();
  await until(() => subscriptions.length === 2);
  expect(subscriptions[1]?.topics).toEqual(['markets.alert.fired']);
});

test('a gap moves the place to resume from and is told, so that the page reads again', async () => {
  const heard: string[] = [];
  let gaps = 0;
  client.subscribe('markets.*', (signal) => heard.push(signal.type === 'event' ? signal.event.sequence : signal.topic));
  client.onGap(() => (gaps += 1));
  client.start(() => undefined);
  await until(() => subscriptions.length === 1);
  sockets[0]!.send(JSON.stringify(event('500')));
  // A backup was restored: the log is an older one, and its numbers begin lower.
  sockets[0]!.send(JSON.stringify({ type: 'gap', sequence: '300' }));
  sockets[0]!.send(JSON.stringify(event('301')));
  await until(() => heard.length === 2);
  expect(heard).toEqual(['500', '301']);
  expect(gaps).toBe(1);
  sockets[0]!.terminate();
  await until(() => subscriptions.length === 2);
  expect(subscriptions[1]?.after).toBe('301');
});

test('after a cut browsers come back at different moments, never later than the pause', () => {
  vi.useFakeTimers();
  try {
    const waits = [0, 0.4, 0.99].map((share) => {
      const made: FakeSocket[] = [];
      class FakeSocket extends EventTarget {
        constructor() {
          super();
          made.push(this);
        }
        close(): void {
          this.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
        }
      }
      vi.stubGlobal('WebSocket', FakeSocket);
      const lost = new LiveClient(
        () => 'ws://127.0.0.1:9',
        () => share,
      );
      lost.start(() => undefined);
      made[0]?.close();
      let waitedMs = 0;
      while (made.length === 1 && waitedMs < 1_000) {
        vi.advanceTimersByTime(5);
        waitedMs += 5;
      }
      lost.stop();
      return waitedMs;
    });
    expect(waits).toEqual([500, 400, 255]);
  } finally {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }
});
