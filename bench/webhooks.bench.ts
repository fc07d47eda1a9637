/**
 * The webhook path, end to end: POST /api/events -> transaction with outbox and deliveries -> signed request at a local
 * receiver, measured from the instant the POST is sent; a second endpoint hangs all the while, and a browser socket listens.
 */
import { atRate, openHouse } from './house.ts';
import { type BenchSection, type Figure, percentile, sleep } from './section.ts';
import { diskFlushMs } from './disk.ts';
import { type LoadSockets, openWireReceiver } from './wire.ts';

const WARM_UP = { perSecond: 300, durationMs: 4000 } as const;
const RATES = [
  { perSecond: 100, durationMs: 8000 },
  { perSecond: 1000, durationMs: 12_000 },
  { perSecond: 3000, durationMs: 8000 },
] as const;
const ARRIVAL_MS_MAX = 10_000;

interface Track {
  readonly sentAtMs: number[];
  readonly receivedAtMs: Map<number, number>;
  readonly socketAtMs: Map<number, number>;
  readonly answerMs: number[];
  refusedCount: number;
}

export const section: BenchSection = {
  title: 'Webhooks: event accepted -> received, with a hanging endpoint beside',
  async run() {
    const house = await openHouse();
    let track = newTrack();
    const receiver = await openWireReceiver((body) => note(track.receivedAtMs, body));
    const hanging = await openWireReceiver(() => undefined, { hangs: true });
    try {
      for (const url of [receiver.url, hanging.url]) {
        await house.call('POST', '/api/webhooks/endpoints', { url, filters: ['webhooks.custom.*'] });
      }
      const socket = await house.openSocket(['webhooks.custom.published'], (text) => note(track.socketAtMs, text));
      const sockets = await house.openLoad();
      await load(sockets, track, WARM_UP);
      const figures: Figure[] = [];
      for (const rate of RATES) {
        track = newTrack();
        const flushMs = diskFlushMs();
        const before = house.cpuMs();
        const ownBefore = process.cpuUsage();
        await load(sockets, track, rate);
        const after = house.cpuMs();
        const own = process.cpuUsage(ownBefore);
        figures.push(...figuresOf(track, rate.perSecond), ...inFlushes(track, rate.perSecond, flushMs));
        const perEvent = (part: 'server' | 'database'): number => (after[part] - before[part]) / track.answerMs.length;
        figures.push(
          { name: `${rate.perSecond}/s CPU of the server per event`, value: perEvent('server'), unit: 'ms' },
          { name: `${rate.perSecond}/s CPU of the database per event`, value: perEvent('database'), unit: 'ms' },
          {
            name: `${rate.perSecond}/s CPU of this generator per event`,
            value: (own.user + own.system) / 1000 / track.answerMs.length,
            unit: 'ms',
          },
        );
      }
      figures.push({ name: 'memory of the server after it', value: house.serverMib(), unit: 'MiB' });
      socket.terminate();
      sockets.close();
      return figures;
    } finally {
      receiver.close();
      hanging.close();
      await house.close();
    }
  },
};

function newTrack(): Track {
  return { sentAtMs: [], receivedAtMs: new Map(), socketAtMs: new Map(), answerMs: [], refusedCount: 0 };
}

/** Reads every `"n":123` of a frame or body; a frame may hold several events. */
function note(seen: Map<number, number>, text: string): void {
  const nowMs = performance.now();
  for (const match of text.matchAll(/"n": ?(\d+)/g)) {
    const index = Number(match[1]);
    if (!seen.has(index)) seen.set(index, nowMs);
  }
}

async function load(
  sockets: LoadSockets,
  track: Track,
  rate: { readonly perSecond: number; readonly durationMs: number },
): Promise<void> {
  const total = await atRate(rate, async (index) => {
    const sentAtMs = performance.now();
    track.sentAtMs[index] = sentAtMs;
    const status = await sockets.post('/api/events', { type: 'bench.tick', data: { n: index } });
    if (status === 201) track.answerMs.push(performance.now() - sentAtMs);
    else track.refusedCount += 1;
  });
  const deadlineMs = performance.now() + ARRIVAL_MS_MAX;
  while (track.receivedAtMs.size < total - track.refusedCount && performance.now() < deadlineMs) await sleep(50);
}

/**
 * An acknowledged event is on disk, so no answer comes before a flush; with a group of commits always under way an event
 * waits for half of one flush and all of the next. The median in flushes tells our part from that of the disk.
 */
function inFlushes(track: Track, perSecond: number, flushMs: readonly number[]): Figure[] {
  const flush = percentile(flushMs, 0.5);
  const at = `${perSecond}/s`;
  return [
    { name: `${at} one flush of this disk, p50`, value: flush, unit: 'ms' },
    { name: `${at} one flush of this disk, p99`, value: percentile(flushMs, 0.99), unit: 'ms' },
    { name: `${at} answer of the API, p50, in flushes`, value: percentile(track.answerMs, 0.5) / flush, unit: 'x' },
  ];
}

function figuresOf(track: Track, perSecond: number): Figure[] {
  const since = (seen: ReadonlyMap<number, number>): number[] =>
    [...seen].map(([index, atMs]) => atMs - (track.sentAtMs[index] ?? atMs));
  const received = since(track.receivedAtMs);
  const socket = since(track.socketAtMs);
  const limits = perSecond === 1000 ? { p50: 5, p99: 50 } : { p50: 100, p99: 100 };
  const at = `${perSecond}/s`;
  return [
    { name: `${at} received at the endpoint, p50`, value: percentile(received, 0.5), unit: 'ms', atMost: limits.p50 },
    { name: `${at} received at the endpoint, p99`, value: percentile(received, 0.99), unit: 'ms', atMost: limits.p99 },
    { name: `${at} received at the endpoint, max`, value: percentile(received, 1), unit: 'ms' },
    { name: `${at} seen on the socket, p50`, value: percentile(socket, 0.5), unit: 'ms' },
    { name: `${at} seen on the socket, p99`, value: percentile(socket, 0.99), unit: 'ms' },
    { name: `${at} answer of the API, p50`, value: percentile(track.answerMs, 0.5), unit: 'ms' },
    { name: `${at} answer of the API, p95`, value: percentile(track.answerMs, 0.95), unit: 'ms', atMost: 50 },
    { name: `${at} accepted`, value: track.answerMs.length, unit: '' },
    { name: `${at} accepted but not received`, value: track.answerMs.length - received.length, unit: '', atMost: 0 },
    { name: `${at} refused`, value: track.refusedCount, unit: '', atMost: 0 },
  ];
}
