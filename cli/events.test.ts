/** Goal: the command shows events as they are stored and sends deliveries again, by their id or their event's, without a server. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newDataDir, removeDataDir, startProduct } from '../test/e2e/product.ts';
import { send, setUpOwner } from '../test/process/first-run.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function cactus(dataDir: string, ...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      NO_COLOR: '1',
      CACTUS_DATA_DIR: dataDir,
      CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true',
    };
    execFile(process.execPath, [MAIN, 'events', ...flags], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

test(
  'events are tailed as JSON, and a failed delivery is sent again and its answer told',
  { timeout: 180_000 },
  async () => {
    const dataDir = newDataDir();
    let status = 503;
    const ids: string[] = [];
    const receiver = createServer((request, response) => {
      ids.push(String(request.headers['webhook-id']));
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const env = { CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true' };
    const product = await startProduct({ dataDir, args: ['--empty'], env });
    try {
      const cookie = await setUpOwner(product);
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      const body = { url, filters: ['webhooks.custom.*'], retryDelaysSeconds: [3600] };
      await send(product, 'POST', '/api/webhooks/endpoints', { cookie, body });
      const published = await send(product, 'POST', '/api/events', {
        cookie,
        body: { type: 'cli.one', data: { n: 1 } },
      });
      const { id, sequence } = (await published.json()) as { readonly id: string; readonly sequence: string };
      await expect.poll(() => ids.length).toBe(1);

      const tail = await cactus(dataDir, 'tail', '--no-follow', '--json', '--name', 'webhooks.custom.published');
      expect([tail.code, tail.stderr]).toEqual([0, '']);
      expect(JSON.parse(tail.stdout)).toMatchObject({
        id,
        sequence,
        type: 'webhooks.custom.published',
        data: { type: 'cli.one' },
      });

      status = 204;
      const replay = await cactus(dataDir, 'replay', id, '--json');
      expect(replay.code).toBe(0);
      expect(JSON.parse(replay.stdout)).toMatchObject({
        version: 1,
        deliveries: [{ state: 'delivered', lastStatus: 204, refusal: null, url }],
      });
      expect(ids).toEqual([id, id]);
      const unknown = await cactus(dataDir, 'replay', '01920000-0000-7000-8000-000000000000');
      expect([unknown.code, unknown.stdout]).toEqual([1, '']);
      expect(unknown.stderr).toContain('There is no delivery or event');
      expect((await cactus(dataDir, 'tail', '--last', 'many')).code).toBe(2);
    } finally {
      await product.stop();
      receiver.closeAllConnections();
      receiver.close();
      removeDataDir(dataDir);
    }
  },
);
