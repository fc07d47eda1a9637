/**
 * Serves the built web app from memory: a lookup, never a path on disk, so no request can leave the folder.
 * Hashed assets are cached for a year; everything else is revalidated by ETag. Paths of the app fall back to index.html.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Fault } from '#kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestProblem } from './problem.ts';

const APP_BYTES_MAX = 64 * 1_048_576; // The app is about 2 MiB; more means the wrong folder.
const COMPRESS_BYTES_MIN = 1_024; // Below this the header costs more than it saves.
const BROTLI_QUALITY = 9; // 1 MiB in about 0.1 s, once per file and process.
const SERVER_PATHS = /^\/(?:api|ws|health|metrics)(?:\/|$)/;
const HASHED = /^\/assets\//;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};
const COMPRESSIBLE = /^(?:text\/|application\/(?:json|manifest|wasm)|image\/svg)/;

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

interface WebFile {
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
  readonly bytes: Buffer;
  /** Filled by the build (`x.js.br`) or on first use. */
  readonly encoded: Map<'br' | 'gzip', Buffer>;
}

/** Adds the web app under `/`. Throws a Fault when the folder holds no built app. */
export function mountWebApp(app: FastifyInstance, directory: string): void {
  const files = readWebApp(directory);
  const index = files.get('/index.html');
  if (!index)
    throw new Fault('web_app_missing', `${directory} holds no index.html; build the web app`, { retryable: false });
  app.get('/*', async (request, reply) => {
    const path = pathOf(request.url);
    if (path === null || SERVER_PATHS.test(path)) throw new RequestProblem('not_found');
    const file = files.get(path);
    if (file) return sendFile(request, reply, file);
    // A missing asset must fail loudly; a page of the app is the router's to show.
    if (extname(path) !== '') throw new RequestProblem('not_found');
    return sendFile(request, reply, index);
  });
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: WebFile): Promise<FastifyReply> {
  void reply.header('etag', file.etag).header('cache-control', file.cacheControl).header('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  void reply.type(file.type);
  const encoding = encodingFor(request.headers['accept-encoding'], file);
  if (!encoding) return reply.send(file.bytes);
  const encoded = file.encoded.get(encoding) ?? (await compress(file.bytes, encoding));
  file.encoded.set(encoding, encoded);
  return reply.header('content-encoding', encoding).send(encoded);
}

function encodingFor(accept: string | string[] | undefined, file: WebFile): 'br' | 'gzip' | null {
  if (!COMPRESSIBLE.test(file.type) || file.bytes.length < COMPRESS_BYTES_MIN) return null;
  const accepted = String(accept ?? '')
    .split(',')
    .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
    .map((part) => part.split(';')[0]?.trim());
  if (accepted.includes('br')) return 'br';
  return accepted.includes('gzip') ? 'gzip' : null;
}

function compress(bytes: Buffer, encoding: 'br' | 'gzip'): Promise<Buffer> {
  if (encoding === 'gzip') return compressGzip(bytes);
  return compressBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
}

function readWebApp(directory: string): ReadonlyMap<string, WebFile> {
  const files = new Map<string, WebFile>();
  const prepared = new Map<string, Buffer>();
  let totalBytes = 0;
  for (const path of pathsBelow(directory)) {
    totalBytes += statSync(path).size;
    if (totalBytes > APP_BYTES_MAX) {
      throw new Fault('web_app_too_large', `${directory} is larger than a web app`, { retryable: false });
    }
    const bytes = readFileSync(path);
    const address = `/${relative(directory, path).split(sep).join('/')}`;
    if (/\.(?:br|gz)$/.test(address)) prepared.set(address, bytes);
    else files.set(address, webFile(address, bytes));
  }
  for (const [address, file] of files) {
    const brotli = prepared.get(`${address}.br`);
    const gzipped = prepared.get(`${address}.gz`);
    if (brotli) file.encoded.set('br', brotli);
    if (gzipped) file.encoded.set('gzip', gzipped);
  }
  return files;
}

function webFile(address: string, bytes: Buffer): WebFile {
  return {
    type: TYPES[extname(address)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    cacheControl: HASHED.test(address) ? 'public, max-age=31536000, immutable' : 'no-cache',
    bytes,
    encoded: new Map(),
  };
}

function pathsBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (cause) {
    throw new Fault('web_app_missing', `${directory} cannot be read; build the web app`, { retryable: false, cause });
  }
}

function pathOf(url: string): string | null {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '/');
  } catch {
    return null;
  }
}
