/** Goal: another site, another host name, a guesser and an oversized sender get nowhere. Real sockets where bytes matter. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { cookieText, readCookies } from './cookies.ts';
import { type Fixture, openFixture } from './http-fixture.ts';

const opened: Fixture[] = [];
afterEach(async () => {
  for (const http of opened.splice(0)) await http.close();
});

async function open(...[options]: Parameters<typeof openFixture>): Promise<Fixture> {
  const http = await openFixture(options);
  opened.push(http);
  return http;
}

const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;
const note = { method: 'POST', url: '/api/notes/n1', payload: { text: 'hi' } } as const;
const session = { cookie: 'cactus_session=writer', host: 'localhost:7700' };

test.each([
  ['no proof of origin', {}, 403],
  ['another origin', { origin: 'https://evil.example' }, 403],
  ['the opaque origin of a sandboxed frame', { origin: 'null' }, 403],
  ['the same host on another port', { origin: 'http://localhost:9999' }, 403],
  ['https instead of http', { origin: 'https://localhost:7700' }, 403],
  ['its own origin', { origin: 'http://localhost:7700' }, 201],
  ['a browser that says same-origin', { 'sec-fetch-site': 'same-origin' }, 201],
  [
    'a browser that says cross-site, whatever Origin says',
    { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:7700' },
    403,
  ],
  ['a sibling domain', { 'sec-fetch-site': 'same-site' }, 403],
])('CSRF: a write with the session cookie and %s', async (_name, headers, status) => {
  const http = await open();
  const answer = await http.inject({ ...note, headers: { ...session, ...headers } });
  const code = answer.json<{ code?: string }>().code;
  expect([answer.statusCode, code]).toEqual([status, status === 403 ? 'cross_site_request' : undefined]);
  expect(http.written).toHaveLength(status === 201 ? 1 : 0);
});

test('CSRF: reads need no proof; a token needs none either; sign-in is refused only across sites', async () => {
  const http = await open();
  expect((await http.inject({ method: 'GET', url: '/api/notes', headers: session })).statusCode).toBe(200);
  const token = { authorization: 'Bearer writer', origin: 'https://evil.example' };
  expect((await http.inject({ ...note, headers: token })).statusCode).toBe(201);
  // A browser adds Basic credentials by itself, also for other sites: they prove nothing.
  const basic = { ...session, authorization: 'Basic YTpi', origin: 'https://evil.example' };
  expect(codeOf(await http.inject({ ...note, headers: basic }))).toBe('cross_site_request');
  const enter = { method: 'POST', url: '/api/test-session', payload: { password: 'x' } } as const;
  expect((await http.inject(enter)).statusCode).toBe(200);
  const forged = await http.inject({ ...enter, headers: { origin: 'https://evil.example' } });
  expect(codeOf(forged)).toBe('cross_site_request');
});

test.each([
  ['proved-long-ago', 200, 'step_up_required'],
  ['without-factor', 403, 'second_factor_required'],
  ['reader', 200, undefined],
  ['nobody', 401, 'not_signed_in'],
])('%s reads with %i and changes a password with %s', async (who, readStatus, changeCode) => {
  const http = await open();
  const headers = { authorization: `Bearer ${who}` };
  expect((await http.inject({ method: 'GET', url: '/api/notes', headers })).statusCode).toBe(readStatus);
  const payload = { password: 'x' };
  const change = await http.inject({ method: 'POST', url: '/api/test-password', headers, payload });
  expect(change.body === '' ? undefined : codeOf(change)).toBe(changeCode);
});

test('DNS rebinding: bound to loopback, only loopback names, the public URL and allowed hosts are answered', async () => {
  const http = await open({
    env: { CACTUS_PUBLIC_URL: 'https://cactus.example', CACTUS_ALLOWED_HOSTS: 'nas.local' },
  });
  const statusFor = async (host: string) =>
    (await http.inject({ method: 'GET', url: '/api/notes', headers: { authorization: 'Bearer reader', host } }))
      .statusCode;
  for (const host of [
    'localhost:7700',
    '127.0.0.1:7700',
    '[::1]:7700',
    'cactus.example',
    'NAS.local:80',
    'a.localhost',
  ]) {
    expect([host, await statusFor(host)]).toEqual([host, 200]);
  }
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.5']) {
    expect([host, await statusFor(host)]).toEqual([host, 421]);
  }
});

test('cookies: plain on http, __Host- and Secure on https, and https trusts no plain cookie', async () => {
  const http = await open({ env: { CACTUS_PUBLIC_URL: 'https://cactus.example' } });
  const enter = { method: 'POST', url: '/api/test-session', payload: { password: 'x' } } as const;
  const plain = await http.inject({ ...enter, headers: { host: 'localhost' } });
  expect(plain.headers['set-cookie']).toBe('cactus_session=writer; Path=/; HttpOnly; SameSite=Lax; Max-Age=60');
  const secure = await http.inject({ ...enter, headers: { host: 'cactus.example' } });
  expect(secure.json()).toEqual({ origin: 'https://cactus.example' });
  expect(secure.headers['set-cookie']).toBe(
    '__Host-cactus_session=writer; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure',
  );
  expect(secure.headers['strict-transport-security']).toContain('max-age=31536000');
  expect(plain.headers['strict-transport-security']).toBeUndefined();
  expect(readCookies('a=1; __Host-a=2', 'https://x')).toEqual({ a: '2' });
  expect(readCookies('a=1; a=9; __Host-a=2; bad; b="%20"', 'http://x')).toEqual({ a: '1', b: ' ' });
  expect(() => cookieText({ name: 'a b', value: '', maxAgeSeconds: 1, origin: 'http://x' })).toThrow(/cookie name/);
});

test('headers: a policy without anything inline, no framing, no sniffing, no referrer to others', async () => {
  const http = await open();
  const { headers } = await http.inject({ method: 'GET', url: '/api/nothing' });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  });
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers['x-powered-by']).toBeUndefined();
});

test('CORS: a listed site may ask with a token and never with cookies; others hear nothing', async () => {
  const http = await open({ env: { CACTUS_CORS_ORIGINS: 'https://friend.example' } });
  const preflight = (origin: string) =>
    http.inject({
      method: 'OPTIONS',
      url: '/api/notes/n1',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
  const friend = await preflight('https://friend.example');
  expect(friend.headers['access-control-allow-origin']).toBe('https://friend.example');
  expect(friend.headers['access-control-allow-credentials']).toBeUndefined();
  expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
  const closed = await open();
  const headers = { origin: 'https://friend.example', authorization: 'Bearer writer' };
  const answer = await closed.inject({ method: 'GET', url: '/api/notes', headers });
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
});

test('rate limits: sign-in is strict per address, says when to come back, and leaves others alone', async () => {
  const http = await open({
    env: { CACTUS_RATE_LIMITS_PUBLIC_WRITES_PER_MINUTE: '2', CACTUS_TRUSTED_PROXIES: '127.0.0.0/8' },
  });
  const enter = (ip: string) =>
    http.inject({
      method: 'POST',
      url: '/api/test-session',
      payload: { password: 'x' },
      headers: { 'x-forwarded-for': ip },
    });
  expect((await enter('203.0.113.1')).statusCode).toBe(200);
  expect((await enter('203.0.113.1')).statusCode).toBe(200);
  const third = await enter('203.0.113.1');
  expect([third.statusCode, codeOf(third)]).toEqual([429, 'too_many_requests']);
  expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
  expect((await enter('203.0.113.2')).statusCode).toBe(200);
  const read = await http.inject({ method: 'GET', url: '/api/notes', headers: { authorization: 'Bearer reader' } });
  expect(read.statusCode).toBe(200);
});

test('rate limits: without a trusted proxy a made-up X-Forwarded-For buys nothing', async () => {
  const http = await open({ env: { CACTUS_RATE_LIMITS_PUBLIC_WRITES_PER_MINUTE: '1' } });
  const enter = (ip: string) =>
    http.inject({
      method: 'POST',
      url: '/api/test-session',
      payload: { password: 'x' },
      headers: { 'x-forwarded-for': ip },
    });
  expect((await enter('203.0.113.1')).statusCode).toBe(200);
  expect((await enter('203.0.113.2')).statusCode).toBe(429);
});

function sendBytes(
  port: number,
  input: { readonly headers: Record<string, string>; readonly chunks: readonly Buffer[] },
) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const headers = { authorization: 'Bearer writer', 'content-type': 'application/octet-stream', ...input.headers };
    const call = httpRequest(
      { port, host: '127.0.0.1', method: 'POST', path: '/api/note-files', headers },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
      },
    );
    call.on('error', reject);
    for (const chunk of input.chunks) call.write(chunk);
    call.end();
  });
}

test('uploads: bytes stream with their name; too many are refused by header and, when it lies, while streaming', async () => {
  const http = await open();
  const { port } = await http.listen();
  const name = { 'x-file-name': encodeURIComponent('../carpeta/operaciones año.xlsx') };
  const fine = await sendBytes(port, { headers: name, chunks: [Buffer.alloc(60_000), Buffer.alloc(40_000)] });
  expect([fine.status, JSON.parse(fine.body)]).toEqual([200, { name: 'operaciones año.xlsx', sizeBytes: 100_000 }]);
  const declared = { ...name, 'content-length': '100001' };
  const early = await sendBytes(port, { headers: declared, chunks: [Buffer.alloc(100_001)] });
  expect([early.status, JSON.parse(early.body)]).toMatchObject([413, { code: 'file_too_large' }]);
  const chunked = { ...name, 'transfer-encoding': 'chunked' };
  const late = await sendBytes(port, { headers: chunked, chunks: [Buffer.alloc(90_000), Buffer.alloc(20_000)] });
  expect([late.status, JSON.parse(late.body)]).toMatchObject([413, { code: 'file_too_large' }]);
  const unnamed = await sendBytes(port, { headers: {}, chunks: [Buffer.alloc(10)] });
  expect([unnamed.status, JSON.parse(unnamed.body)]).toMatchObject([400, { code: 'invalid_request' }]);
  const bytes = await sendBytes(port, {
    headers: { ...name, 'content-type': 'application/json' },
    chunks: [Buffer.from('{}')],
  });
  expect(bytes.status).toBe(415);
});

test('uploads: one that is cut in the middle fails its handler and leaves the server well', async () => {
  const http = await open();
  const { port } = await http.listen();
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        'POST /api/note-files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer writer\r\nX-File-Name: a\r\n' +
          'Content-Type: application/octet-stream\r\nContent-Length: 50000\r\n\r\nhalf',
      );
      setTimeout(() => socket.destroy(), 50);
    });
    socket.on('close', () => resolve());
  });
  await expect.poll(() => http.uploadErrors()).toEqual(['request_incomplete']);
  expect(http.logLines).toEqual([]);
  const after = await fetch(`http://127.0.0.1:${port}/api/notes`, { headers: { authorization: 'Bearer writer' } });
  expect(after.status).toBe(200);
});

test('sockets: an upgrade needs our own origin and a session', async () => {
  const http = await open();
  const { port } = await http.listen();
  const verdicts: string[] = [];
  http.node.on('upgrade', (request, socket) => {
    void http.authenticateUpgrade(request).then((verdict) => {
      verdicts.push(verdict.ok ? verdict.value.userId : verdict.code);
      socket.destroy();
    });
  });
  const upgrade = (headers: Record<string, string>) =>
    new Promise<void>((resolve) => {
      const upgradeHeaders = { connection: 'Upgrade', upgrade: 'websocket', ...headers };
      const call = httpRequest({ port, host: '127.0.0.1', path: '/ws', headers: upgradeHeaders });
      call.on('error', () => resolve());
      call.on('close', () => resolve());
      call.end();
    });
  const host = `localhost:${port}`;
  const cookie = 'cactus_session=writer';
  await upgrade({ host, cookie });
  await upgrade({ host, cookie, origin: 'https://evil.example' });
  await upgrade({ host: 'evil.example', cookie, origin: 'http://evil.example' });
  await upgrade({ host, origin: `http://${host}` });
  await upgrade({ host, cookie, origin: `http://${host}` });
  await upgrade({ host, authorization: 'Bearer writer' });
  expect(verdicts).toEqual([
    'cross_site_request',
    'cross_site_request',
    'host_not_allowed',
    'not_signed_in',
    '0190aaaa-0000-7000-8000-000000000001',
    '0190aaaa-0000-7000-8000-000000000001',
  ]);
});

test('closing lets a running request end', async () => {
  const http = await open();
  const { port } = await http.listen();
  const running = fetch(`http://127.0.0.1:${port}/api/notes/n1`, {
    method: 'POST',
    headers: { authorization: 'Bearer writer', 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'slow' }),
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closing = http.close();
  http.finishSlow();
  expect((await running).status).toBe(201);
  await closing;
  await expect(fetch(`http://127.0.0.1:${port}/api/notes`)).rejects.toThrow('fetch failed');
});
