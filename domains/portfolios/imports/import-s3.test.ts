/**
 * Goal: with an S3-compatible store a spreadsheet is uploaded, read and recorded like from the disk, and no copy of it stays
 * on this machine; a content that was damaged there is refused and never read as a spreadsheet.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assert, EVERY_ROW } from '#kernel';
import type { Domain } from '#platform/domain';
import { job } from '#platform/jobs';
import { startS3, testServer, type TestS3, type TestServer } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';
import { createPortfolio } from '../portfolio.ts';

const ACCOUNT = {
  bucket: 'cactus',
  region: 'eu-south-2',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI',
};
const LIST = 'fecha;tipo;ticker;cantidad;precio;divisa\n02/01/2024;compra;ACME;10;100,50;EUR\n';
const KEY = `files/${createHash('sha256').update(LIST).digest('hex')}`;
const workspaceId = randomUUID();
let s3: TestS3;
let server: TestServer;
let portfolioId = '';

/** Prices of past days come from the outside world; here nobody fetches them. */
const stillMarkets: Domain = {
  ...markets,
  jobs: () => [
    job({ name: 'markets.history.backfill', attemptsMax: 1, parse: (payload) => payload, run: async () => undefined }),
  ],
};

beforeAll(async () => {
  s3 = await startS3(ACCOUNT);
  const permissions = new Set(['portfolios.import.run', 'portfolios.portfolio.read']);
  server = await testServer([identity, stillMarkets, portfolios], {
    actor: () => ({ userId: randomUUID(), sessionId: 's', workspaceId, role: 'owner', permissions, rows: EVERY_ROW }),
    config: { files: { s3: { ...ACCOUNT, endpoint: s3.url, prefix: '' } } },
  });
  await server.platform.jobs.start();
  const created = await server.platform.db.transaction((tx) =>
    createPortfolio(server.platform, tx, { workspaceId, name: 'Largo', baseCurrency: 'EUR', adviserUserId: null }),
  );
  assert(created.ok, 'portfolio');
  portfolioId = created.value.id;
});
afterAll(async () => {
  await server.close();
  await s3.close();
});

interface Detail {
  readonly id: string;
  readonly status: string;
  readonly recordedCount: number;
  readonly refusal: { readonly code: string } | null;
}

async function upload(): Promise<string> {
  const origin = { host: 'localhost', origin: 'http://localhost' };
  const headers = { ...origin, 'content-type': 'application/octet-stream', 'x-file-name': 'a.csv' };
  const answer = await server.http.inject({ method: 'PUT', url: '/api/imports/files', headers, payload: LIST });
  expect(answer.statusCode).toBe(201);
  return answer.json<{ fileId: string }>().fileId;
}

async function post(url: string, body?: object): Promise<Detail> {
  const answer = await server.browser().call(url, { method: 'POST', ...(body ? { body } : {}) });
  expect(answer.statusCode).toBe(202);
  return settled(answer.json<Detail>().id);
}

async function settled(importId: string): Promise<Detail> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const detail = (await server.browser().call(`/api/imports/${importId}`)).json<Detail>();
    if (detail.status !== 'reading' && detail.status !== 'confirming') return detail;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the import never settled');
}

/** What the data folder holds of files, besides empty folders. */
const onThisMachine = (): string[] =>
  readdirSync(join(server.platform.config.dataDir, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

test('an uploaded list is recorded from the store, and nothing of it stays here', async () => {
  const preview = await post('/api/imports', { fileId: await upload(), portfolioId });
  expect(preview.status).toBe('previewed');
  expect(String(s3.objects.get(KEY))).toBe(LIST);
  expect(await post(`/api/imports/${preview.id}/confirm`)).toMatchObject({ status: 'confirmed', recordedCount: 1 });
  expect(onThisMachine()).toEqual([]);
});

test('what was damaged or lost in the store is refused and asks for the file again', async () => {
  const fileId = await upload();
  s3.objects.set(KEY, Buffer.from(LIST.replace('100,50', '900,50')));
  expect(await post('/api/imports', { fileId, portfolioId })).toMatchObject({
    status: 'refused',
    refusal: { code: 'file_missing' },
  });
  s3.objects.delete(KEY);
  expect(await post('/api/imports', { fileId, portfolioId })).toMatchObject({ refusal: { code: 'file_missing' } });
  expect(onThisMachine()).toEqual([]);
});
