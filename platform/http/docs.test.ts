/** Goal: the document and its page show everything that is mounted, escape what they show. */
import { endpoint, ok } from '#kernel';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Fixture, openFixture } from './http-fixture.ts';

let http: Fixture;
beforeAll(async () => {
  http = await openFixture();
  const hostile = endpoint({
    method: 'GET',
    path: '/api/hostile',
    permission: 'session',
    summary: '<img src=x onerror=alert(1)> & "quotes"',
    query: z.object({ page: z.coerce.number().int().max(9).default(1).describe('Which <b>page</b>') }),
    response: z.object({ rows: z.array(z.object({ amount: z.string(), tag: z.enum(['a', 'b']).nullable() })) }),
  });
  http.mount(
    { name: 'hostile', routes: (mounted) => mounted.route(hostile, async () => ok({ rows: [] })) },
    {} as never,
  );
  http.serveDocs({ version: '0.1.0', events: [] });
});
afterAll(() => http.close());

const get = (url: string) => http.inject({ method: 'GET', url });

test('the document holds every mounted endpoint, grouped by who mounted it', async () => {
  const document = (await get('/api/openapi.json')).json<{
    paths: Record<string, Record<string, { tags: string[] }>>;
  }>();
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(listed.toSorted()).toEqual(http.endpoints.map(({ method, path }) => `${method} ${path}`).toSorted());
  expect(document.paths['/api/hostile']?.['get']?.tags).toEqual(['hostile']);
});

test('the page names each endpoint, escapes its words and has nothing inline or from elsewhere', async () => {
  const { body } = await get('/api/docs');
  for (const { path } of http.endpoints) expect(body).toContain(path.replaceAll(/:(\w+)/g, '{$1}'));
  expect(body).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot;');
  expect(body).toContain('Which &lt;b&gt;page&lt;/b&gt;');
  expect(body).toContain('rows[].amount');
  expect(body).not.toMatch(/<img|\sstyle=|<style|\son\w+="|https?:\/\/(?!localhost)/);
  expect(body).not.toMatch(/<script(?! src=)/);
});
