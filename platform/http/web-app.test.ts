/** Goal: the app's files come compressed and cached, its paths come as index.html, and nothing else leaves the folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, openFixture } from './http-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'cactus-web-'));
const script = `console.log(${JSON.stringify('x'.repeat(5_000))});`;
let http: Fixture;

beforeAll(async () => {
  const dist = join(folder, 'dist');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  writeFileSync(join(dist, 'index.html'), '<!doctype html><title>Cactus</title>');
  writeFileSync(join(dist, 'assets', 'main-abc123.js'), script);
  writeFileSync(join(dist, 'assets', 'main-abc123.js.gz'), 'prepared by the build');
  http = await openFixture();
  http.serveWeb(dist);
});
afterAll(async () => {
  await http.close();
  rmSync(folder, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = {}) => http.app.inject({ method: 'GET', url, headers });

test('a page of the app is index.html, revalidated by its ETag', async () => {
  for (const url of ['/', '/index.html', '/carteras/0190?tab=1', '/ajustes/']) {
    const page = await get(url);
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain('Cactus');
    expect(page.headers['cache-control']).toBe('no-cache');
  }
  const { headers } = await get('/');
  expect((await get('/', { 'if-none-match': String(headers.etag) })).statusCode).toBe(304);
});

test('hashed assets are kept for a year and sent in the best encoding', async () => {
  const brotli = await get('/assets/main-abc123.js', { 'accept-encoding': 'gzip, deflate, br' });
  expect(brotli.headers).toMatchObject({
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    vary: 'accept-encoding',
  });
  expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(script);
  const prepared = await get('/assets/main-abc123.js', { 'accept-encoding': 'gzip, br;q=0' });
  expect([prepared.headers['content-encoding'], prepared.body]).toEqual(['gzip', 'prepared by the build']);
  expect((await get('/assets/main-abc123.js')).body).toBe(script);
});

test('a missing asset, the API and the folder above are not the app', async () => {
  for (const url of [
    '/assets/gone-1.js',
    '/api/nothing',
    '/api',
    '/ws',
    '/health',
    '/metrics',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%ff',
  ]) {
    const answer = await get(url);
    expect([url, answer.statusCode]).toEqual([url, url === '/%ff' ? 400 : 404]);
    expect(answer.body).not.toContain('outside');
  }
});

test('a folder without a built app stops the start with a clear fault', async () => {
  expect(() => http.serveWeb(join(folder, 'nowhere'))).toThrow(/build the web app/);
  expect(() => http.serveWeb(join(folder, 'dist', 'assets'))).toThrow(/index\.html/);
});
