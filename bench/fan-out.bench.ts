/**
 * WebSocket fan-out: one event to many open sockets of one person, from the POST to the last byte at each socket. The
 * clients live in this process and only look for the number, so most of the time is the server's and the kernel's. Then the
 * server is killed, and every client goes on from the last sequence it saw.
 */
import { type House, openHouse } from './house.ts';
import { measureResume } from './resume.ts';
import { type BenchSection, type Figure, percentile, sleep } from './section.ts';

const SIZES = [500, 2000] as const;
const EVENT_COUNT = 20;
const PAUSE_MS = 250;
const OPENING_AT_ONCE = 50;
const ARRIVAL_MS_MAX = 5000;

export const section: BenchSection = {
  title: 'WebSocket fan-out: one event to every open socket',
  async run() {
    const house = await openHouse();
    try {
      const figures: Figure[] = [];
      const emptyMib = house.serverMib();
      const sockets: { terminate(): void }[] = [];
      const heard = { latenciesMs: [] as number[], sentAtMs: [] as number[] };
      const onFrame = (text: string): void => {
        const nowMs = performance.now();
        const index = Number(/"n": ?(\d+)/.exec(text)?.[1] ?? -1);
        const sentAtMs = heard.sentAtMs[index];
        if (sentAtMs !== undefined) heard.latenciesMs.push(nowMs - sentAtMs);
      };
      for (const size of SIZES) {
        await openUpTo(house, { size, sockets, onFrame });
        figures.push(...(await measure(house, size, heard)));
        const perSocketKib = ((house.serverMib() - emptyMib) * 1024) / size;
        figures.push({ name: `${size} sockets: memory per socket (KiB)`, value: perSocketKib, unit: '' });
      }
      for (const socket of sockets) socket.terminate();
      figures.push(...(await measureResume(house)));
      return figures;
    } finally {
      await house.close();
    }
  },
};

async function openUpTo(
  house: House,
  target: {
    readonly size: number;
    readonly sockets: { terminate(): void }[];
    readonly onFrame: (text: string) => void;
  },
): Promise<void> {
  while (target.sockets.length < target.size) {
    const count = Math.min(OPENING_AT_ONCE, target.size - target.sockets.length);
    const opened = await Promise.all(
      Array.from({ length: count }, () => house.openSocket(['webhooks.custom.published'], target.onFrame)),
    );
    target.sockets.push(...opened);
  }
}

async function measure(
  house: House,
  size: number,
  heard: { latenciesMs: number[]; readonly sentAtMs: number[] },
): Promise<Figure[]> {
  heard.latenciesMs = [];
  const cpuBefore = house.cpuMs().server;
  for (let count = 0; count < EVENT_COUNT; count += 1) {
    const index = heard.sentAtMs.length;
    heard.sentAtMs.push(performance.now());
    await house.call('POST', '/api/events', { type: 'bench.fan-out', data: { n: index } });
    await sleep(PAUSE_MS);
  }
  const expected = EVENT_COUNT * size;
  const deadlineMs = performance.now() + ARRIVAL_MS_MAX;
  while (heard.latenciesMs.length < expected && performance.now() < deadlineMs) await sleep(20);
  const cpuMs = (house.cpuMs().server - cpuBefore) / EVENT_COUNT;
  const limit = size === 2000 ? { atMost: 150 } : {};
  return [
    { name: `${size} sockets: received, p50`, value: percentile(heard.latenciesMs, 0.5), unit: 'ms' },
    { name: `${size} sockets: received, p99`, value: percentile(heard.latenciesMs, 0.99), unit: 'ms', ...limit },
    { name: `${size} sockets: messages not received`, value: expected - heard.latenciesMs.length, unit: '', atMost: 0 },
    { name: `${size} sockets: CPU of the server per event`, value: cpuMs, unit: 'ms' },
  ];
}
