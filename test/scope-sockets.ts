/** For tests of row scope: real sockets over a test server, each opened with the cookie of a person. */
import { assert } from '#kernel';
import { createRowGuard } from '#platform/events';
import { createRealtime } from '#platform/realtime';
import { absentRedis } from '#platform/redis';
import { silentLog, type TestBrowser, type TestServer } from '#platform/testing';
import { expect } from 'vitest';
import { WebSocket } from 'ws';

interface Frame {
  readonly type: string;
  readonly event?: { readonly name: string; readonly subjectId: string };
}

export interface ScopeSocket {
  /** Names and subjects of the events it was sent, in order: `name subject`. */
  readonly events: () => string[];
}

export interface ScopeSockets {
  /** Opens one that listens to everything, and waits until it is accepted. */
  open(browser: TestBrowser): Promise<ScopeSocket>;
  close(): Promise<void>;
}

export async function openScopeSockets({ http, platform }: TestServer): Promise<ScopeSockets> {
  const { db, events, clock, domains } = platform;
  const rowGuard = createRowGuard(db, domains);
  const realtime = await createRealtime({ db, events, redis: absentRedis, rowGuard, clock, log: silentLog });
  realtime.attach(http);
  const { port } = await http.listen();
  const sockets: WebSocket[] = [];
  return {
    open: async (browser) => {
      const origin = `http://localhost:${port}`;
      assert(browser.cookie, 'scope sockets: nobody is signed in');
      const socket = new WebSocket(`ws://localhost:${port}/ws`, { headers: { cookie: browser.cookie, origin } });
      sockets.push(socket);
      const frames: Frame[] = [];
      socket.on('message', (data) => frames.push(...[JSON.parse((data as Buffer).toString()) as Frame].flat()));
      await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
      socket.send(JSON.stringify({ type: 'subscribe', topics: ['*'] }));
      await expect.poll(() => frames.some(({ type }) => type === 'subscribed'), { timeout: 10_000 }).toBe(true);
      return {
        events: () => frames.flatMap(({ event }) => (event ? [`${event.name} ${event.subjectId}`] : [])),
      };
    },
    close: async () => {
      for (const socket of sockets) socket.terminate();
      await realtime.close();
    },
  };
}
