/** Goal: a call reaches the right address with the right headers, and every failure arrives as one ApiProblem. */
import { afterEach, expect, test, vi } from 'vitest';
import { addressOf, callEndpoint, versionOf, whenSignedOut } from './client.ts';
import { ApiProblem } from './problem.ts';

const calls: { readonly url: string; readonly init: RequestInit }[] = [];

function answerWith(status: number, body: unknown, headers: Record<string, string> = {}): void {
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    calls.push({ url, init });
    const text = body === undefined ? null : JSON.stringify(body);
    return Promise.resolve(new Response(status === 204 ? null : text, { status, headers }));
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  calls.length = 0;
  whenSignedOut(() => undefined);
});

test('parameters are encoded, absent query values are left out, lists repeat', () => {
  const { method, url } = addressOf('GET /api/portfolios/:portfolioId/rows', {
    params: { portfolioId: 'a/b' },
    query: { q: 'ñ', page: 2, empty: undefined, tag: ['x', 'y'] },
  });
  expect(method).toBe('GET');
  expect(url).toBe('/api/portfolios/a%2Fb/rows?q=%C3%B1&page=2&tag=x&tag=y');
});

test('a missing parameter is a bug, said before anything is sent', () => {
  expect(() => addressOf('GET /api/users/:userId', { params: {} })).toThrow('parameter userId is missing');
});

test('bodies, versions and idempotency keys travel in their headers', async () => {
  answerWith(200, { id: '1' }, { etag: 'W/"7"' });
  const output = await callEndpoint('PUT /api/things/:id', {
    params: { id: '1' },
    body: { a: '1.10' },
    ifMatch: '6',
    idempotencyKey: 'k',
  });
  const headers = new Headers(calls[0]?.init.headers);
  expect(headers.get('if-match')).toBe('"6"');
  expect(headers.get('idempotency-key')).toBe('k');
  expect(calls[0]?.init.body).toBe('{"a":"1.10"}');
  expect(versionOf(output as object)).toBe('7');
});

test('a refusal keeps its code, its status and its facts', async () => {
  answerWith(409, {
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    code: 'email_taken',
    detail: 'Taken',
    email: 'a@b.c',
  });
  const problem = await callEndpoint('POST /api/users', { body: {} }).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({ code: 'email_taken', status: 409, detail: 'Taken', details: { email: 'a@b.c' } });
});

test('an answer that is not JSON is still a problem with a code', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>bad gateway</html>', { status: 502 })));
  await expect(callEndpoint('GET /api/me', {})).rejects.toMatchObject({ code: 'http_502', isPassing: true });
});

test('no answer at all says the server cannot be reached', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
  await expect(callEndpoint('GET /api/me', {})).rejects.toMatchObject({ code: 'server_unreachable', status: 0 });
});

test('a read without a session signs the person out; a wrong password does not', async () => {
  const signedOut = vi.fn<() => void>();
  whenSignedOut(signedOut);
  answerWith(401, { code: 'credentials_wrong', status: 401 });
  await callEndpoint('POST /api/sessions', { body: {} }).catch(() => undefined);
  expect(signedOut).not.toHaveBeenCalled();
  await callEndpoint('GET /api/me', {}).catch(() => undefined);
  expect(signedOut).toHaveBeenCalledOnce();
});

test('204 answers nothing', async () => {
  answerWith(204, undefined);
  await expect(callEndpoint('DELETE /api/sessions/current', {})).resolves.toBeUndefined();
});
