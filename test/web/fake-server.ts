/**
 * A local server for tests of the web app: the built files under the product's own content policy, `/api` answers from a table, and
 * `/ws`. It fakes the wire, never a component.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type FakeRoutes = Record<string, (call: FakeCall) => FakeAnswer | Promise<FakeAnswer>>;

export interface FakeServer {
  readonly url: string;
  /** Keyed `GET /api/me`; may be changed while running. */
  readonly routes: FakeRoutes;
  readonly calls: FakeCall[];
  readonly sockets: ReadonlySet<WebSocket>;
  /** What the sockets received, in order. */
  readonly frames: string[];
  close(): Promise<void>;
}

const POLICY =
  "default-src 'self'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; " +
  "img-src 'self' data: blob:; object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self'; worker-src 'self'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** Starts on a free port of the loopback. */
export async function startFakeServer(directory: string, routes: FakeRoutes): Promise<FakeServer> {
  const calls: FakeCall[] = [];
  const frames: string[] = [];
  const sockets = new Set<WebSocket>();
  const server = createServer((request, response) => {
    void answer(request, response, { directory, routes, calls }).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  const hub = new WebSocketServer({ server, path: '/ws' });
  hub.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('message', (data: Buffer) => {
      frames.push(data.toString());
      socket.send(JSON.stringify({ type: 'subscribed', sequence: '0' }));
    });
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    routes,
    calls,
    sockets,
    frames,
    async close() {
      for (const socket of sockets) socket.terminate();
      hub.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
}

interface Setting {
  readonly directory: string;
  readonly routes: FakeRoutes;
  readonly calls: FakeCall[];
}

async function answer(request: IncomingMessage, response: ServerResponse, setting: Setting): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (!url.pathname.startsWith('/api/')) return serveFile(response, setting.directory, url.pathname);
  const method = request.method ?? 'GET';
  const call = {
    method,
    path: url.pathname,
    query: url.searchParams,
    body: await readBody(request),
    headers: request.headers,
  };
  setting.calls.push(call);
  const route = setting.routes[`${method} ${url.pathname}`];
  const {
    status = 200,
    body,
    headers = {},
  } = route ? await route(call) : { status: 404, body: { code: 'not_found', title: 'Not found', status: 404 } };
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(body === undefined ? '' : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (request.headers['content-type'] !== 'application/json') return bytes;
  return bytes.length === 0 ? undefined : JSON.parse(bytes.toString());
}

async function serveFile(response: ServerResponse, directory: string, path: string): Promise<void> {
  const wanted = normalize(path).replace(/^([/\\])+/, '');
  // Any address without a file is the app's own: it routes in the browser.
  const name = extname(wanted) === '' ? 'index.html' : wanted;
  const bytes = await readFile(join(directory, name)).catch(() => null);
  const headers = {
    'content-security-policy': POLICY,
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
  };
  if (bytes) response.writeHead(200, headers).end(bytes);
  else response.writeHead(404).end();
}
