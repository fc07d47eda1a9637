/** Goal: kill -9 between accepting an event and hearing its receiver loses nothing: the next process sends what was left. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { newDataDir, removeDataDir, startProduct } from '../e2e/product.ts';
import { send, setUpOwner } from './first-run.ts';

const EVENT_COUNT = 30;
const env = { CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true', CACTUS_WEBHOOKS_TIMEOUT_MS: '500' };

test('events accepted before kill -9 reach a receiver that hung then, with the same webhook-id', async () => {
  const dataDir = newDataDir();
  const received: string[] = [];
  let isHanging = true;
  const receiver = createServer((request, response) => {
    if (isHanging) return;
    received.push(String(request.headers['webhook-id']));
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  try {
    const first = await startProduct({ dataDir, args: ['--empty'], env });
    const cookie = await setUpOwner(first);
    const endpoint = { url, filters: ['webhooks.custom.*'] };
    expect((await send(first, 'POST', '/api/webhooks/endpoints', { cookie, body: endpoint })).status).toBe(201);
    const answers = await Promise.all(
      Array.from({ length: EVENT_COUNT }, (_unused, index) =>
        send(first, 'POST', '/api/events', { cookie, body: { type: 'crash.tick', data: { index } } }),
      ),
    );
    const accepted = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id));
    await first.kill();
    isHanging = false;
    const second = await startProduct({ dataDir, args: ['--empty'], env });
    await expect.poll(() => new Set(received).size, { timeout: 45_000, interval: 200 }).toBe(EVENT_COUNT);
    expect(new Set(received)).toEqual(new Set(accepted));
    expect(await second.stop()).toBe(0);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
    removeDataDir(dataDir);
  }
}, 120_000);
