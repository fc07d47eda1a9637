/**
 * Resume: the server is killed with 2,000 sockets open; events are published as soon as it answers again and while the
 * clients come back, each from the last sequence it saw. Everybody must end with every event, once.
 */
import type { House } from './house.ts';
import { type Figure, percentile, sleep } from './section.ts';

const CLIENT_COUNT = 2000;
const BEFORE_COUNT = 10;
const AFTER_COUNT = 20;
const PAUSE_MS = 100;
const CONNECTING_AT_ONCE = 50; // Browsers come back spread over seconds; this is as hard as one generator can press.
const CURRENT_MS_MAX = 60_000;

interface Client {
  /** The last sequence it saw; what it resumes from. */
  after: string | undefined;
  readonly seen: Set<number>;
  repeatedCount: number;
  /** When it had everything, from the first answer of the restarted server. */
  currentAfterMs: number | null;
  socket: { terminate(): void } | null;
}

/** Kills, restarts and waits until all are current. */
export async function measureResume(house: House): Promise<Figure[]> {
  const clients = Array.from({ length: CLIENT_COUNT }, (): Client => ({
    after: undefined,
    seen: new Set(),
    repeatedCount: 0,
    currentAfterMs: null,
    socket: null,
  }));
  const total = BEFORE_COUNT + AFTER_COUNT;
  let restartedAtMs = 0;
  const connect = async (client: Client): Promise<void> => {
    const onFrame = (text: string): void => {
      note(client, text);
      if (client.currentAfterMs === null && client.seen.size === total) {
        client.currentAfterMs = performance.now() - restartedAtMs;
      }
    };
    client.socket = await house.openSocket(['webhooks.custom.published'], onFrame, client.after);
  };
  await connectAll(clients, connect);
  await publish(house, 0, BEFORE_COUNT);
  await until(() => clients.every(({ seen }) => seen.size === BEFORE_COUNT));
  const killedAtMs = performance.now();
  await house.killAndRestart();
  restartedAtMs = performance.now();
  // Half before anybody is back, half while they come: neither may fall between the log and the live stream.
  await publish(house, BEFORE_COUNT, AFTER_COUNT / 2);
  await Promise.all([connectAll(clients, connect), publish(house, BEFORE_COUNT + AFTER_COUNT / 2, AFTER_COUNT / 2)]);
  await until(() => clients.every(({ currentAfterMs }) => currentAfterMs !== null));
  for (const { socket } of clients) socket?.terminate();
  const missedCount = clients.reduce((sum, { seen }) => sum + total - seen.size, 0);
  const repeatedCount = clients.reduce((sum, client) => sum + client.repeatedCount, 0);
  const waitsMs = clients.map(({ currentAfterMs }) => currentAfterMs ?? Number.POSITIVE_INFINITY);
  const name = `${CLIENT_COUNT} clients over a kill -9`;
  return [
    { name: `${name}: events missed`, value: missedCount, unit: '', atMost: 0 },
    { name: `${name}: events twice`, value: repeatedCount, unit: '', atMost: 0 },
    { name: `${name}: restart to the first answer`, value: restartedAtMs - killedAtMs, unit: 'ms' },
    { name: `${name}: half are current after`, value: percentile(waitsMs, 0.5), unit: 'ms' },
    { name: `${name}: all are current after`, value: Math.max(...waitsMs), unit: 'ms' },
  ];
}

function note(client: Client, text: string): void {
  const parsed = JSON.parse(text) as unknown;
  for (const part of Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]) {
    const { type, event } = part as {
      readonly type: string;
      readonly event?: { readonly sequence: string; readonly payload: { readonly data: { readonly n?: number } } };
    };
    const n = event?.payload.data.n;
    if (type !== 'event' || !event || n === undefined) continue;
    if (client.seen.has(n)) client.repeatedCount += 1;
    client.seen.add(n);
    client.after = event.sequence;
  }
}

async function connectAll(clients: readonly Client[], connect: (client: Client) => Promise<void>): Promise<void> {
  const left = clients.values();
  await Promise.all(
    Array.from({ length: CONNECTING_AT_ONCE }, async () => {
      for (const client of left) await connect(client);
    }),
  );
}

async function publish(house: House, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n += 1) {
    await house.call('POST', '/api/events', { type: 'bench.resume', data: { n } });
    await sleep(PAUSE_MS);
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + CURRENT_MS_MAX;
  while (!isTrue() && performance.now() < deadlineMs) await sleep(20);
}
