/**
 * Objects in an S3-compatible store (AWS, MinIO, Garage, R2, Ceph …): path-style addresses, Signature Version 4 over the
 * payload's own sha256, one request per object (https://docs.aws.amazon.com/AmazonS3/latest/API/).
 */
import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import { Fault } from '#kernel';
import { AwsV4Signer } from 'aws4fetch';
import { SaxesParser } from 'saxes';
import { notFound } from './folder.adapter.ts';
import type { ObjectFact, ObjectStore, S3Settings } from './types.ts';

/** What one PUT may carry by the protocol; more would need parts. */
const OBJECT_BYTES_MAX = 5 * 1024 ** 3;
const ANSWER_MS_MAX = 30_000; // For small answers; a body may take as long as it flows.
const UPLOAD_MS_MAX = 4 * 60 * 60_000; // 5 GiB at 3 Mbit/s.
const PAGES_MAX = 1_000; // A million keys; more than any list here.
const ERROR_TEXT_MAX = 4_096;
const EMPTY_SHA256 = createHash('sha256').digest('hex');

export type UsableS3 = { readonly [Name in keyof S3Settings]: NonNullable<S3Settings[Name]> };

interface Call {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: { readonly blob: Blob; readonly sha256: string };
}

/** The settings when they name a store; null when none is set. Throws `store_settings_incomplete`. */
export function usableS3(settings: S3Settings): UsableS3 | null {
  const { endpoint, bucket, accessKeyId, secretAccessKey } = settings;
  if (endpoint === null && bucket === null) return null;
  if (endpoint !== null && bucket !== null && accessKeyId !== null && secretAccessKey !== null) {
    return { ...settings, endpoint, bucket, accessKeyId, secretAccessKey };
  }
  throw new Fault(
    'store_settings_incomplete',
    'An S3 store needs endpoint, bucket, accessKeyId and secretAccessKey; see docs/settings.md.',
    { retryable: false },
  );
}

/** The store of the settings, opened; null when none is set. Throws `store_settings_incomplete`. */
export function openS3WhenSet(settings: S3Settings): ObjectStore | null {
  const usable = usableS3(settings);
  return usable && openS3(usable);
}

export function openS3(settings: UsableS3): ObjectStore {
  const place = `${settings.bucket} at ${new URL(settings.endpoint).host}`;
  const call = (request: Call): Promise<Response> => send(settings, request);
  return {
    place,
    async put(key, { path, sizeBytes, sha256 }) {
      if (sizeBytes > OBJECT_BYTES_MAX) {
        throw new Fault('object_too_large', `${key} has ${sizeBytes} bytes; an S3 store takes 5 GiB in one piece.`, {
          retryable: false,
        });
      }
      const answer = await call({ method: 'PUT', key, body: { blob: await openAsBlob(path), sha256 } });
      await requireOk(answer, place);
      await answer.body?.cancel();
    },
    async get(key) {
      const answer = await call({ method: 'GET', key });
      if (answer.status === 404) {
        await answer.body?.cancel();
        throw notFound(key, place);
      }
      await requireOk(answer, place);
      return answer.body ? Readable.from(answer.body) : Readable.from([]);
    },
    async find(key) {
      const answer = await call({ method: 'HEAD', key });
      if (answer.status === 404) return null;
      await requireOk(answer, place);
      const changedAtMs = instantOf(answer.headers.get('last-modified') ?? '', place);
      return { key, sizeBytes: Number(answer.headers.get('content-length') ?? 0), changedAtMs };
    },
    list: (prefix) => listAll(settings, prefix, place),
    async delete(key) {
      const answer = await call({ method: 'DELETE', key });
      if (answer.status !== 404) await requireOk(answer, place);
      await answer.body?.cancel();
    },
  };
}

async function listAll(settings: UsableS3, prefix: string, place: string): Promise<readonly ObjectFact[]> {
  const found: ObjectFact[] = [];
  let token: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = {
      'list-type': '2',
      prefix: settings.prefix + prefix,
      ...(token === null ? {} : { 'continuation-token': token }),
    };
    const answer = await send(settings, { method: 'GET', query });
    await requireOk(answer, place);
    const listing = parseListing(await answer.text(), place);
    found.push(...listing.objects.map((fact) => ({ ...fact, key: fact.key.slice(settings.prefix.length) })));
    if (listing.nextToken === null) return found;
    token = listing.nextToken;
  }
  throw new Fault('store_unusable', `${place} lists more pages than anything here has.`, { retryable: false });
}

async function send(settings: UsableS3, { method, key, query, body }: Call): Promise<Response> {
  const url = new URL(settings.endpoint);
  const path = [settings.bucket, ...(key === undefined ? [] : `${settings.prefix}${key}`.split('/'))];
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path.map(encodeURIComponent).join('/')}`;
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  const signed = await new AwsV4Signer({
    method,
    url: url.href,
    headers: { 'x-amz-content-sha256': body?.sha256 ?? EMPTY_SHA256 },
    accessKeyId: settings.accessKeyId,
    secretAccessKey: settings.secretAccessKey,
    region: settings.region,
    service: 's3',
  }).sign();
  try {
    return await fetch(signed.url, {
      method,
      headers: signed.headers,
      redirect: 'error', // A redirect would carry the signature elsewhere.
      signal: AbortSignal.timeout(body || method === 'GET' ? UPLOAD_MS_MAX : ANSWER_MS_MAX),
      ...(body ? { body: body.blob } : {}),
    });
  } catch (cause) {
    throw new Fault('store_unreachable', `The S3 store at ${url.host} does not answer.`, { retryable: true, cause });
  }
}

async function requireOk(answer: Response, place: string): Promise<void> {
  if (answer.ok) return;
  const { code, message } = parseError((await answer.text()).slice(0, ERROR_TEXT_MAX));
  const said = code === '' ? `status ${answer.status}` : `${code}: ${message}`;
  throw new Fault('store_refused', `${place} refused (${said}). Check the key, the bucket and the clock.`, {
    retryable: answer.status >= 500 || answer.status === 429,
  });
}

/** One page of ListObjectsV2. Throws `store_unusable` for an answer that is not one. */
function parseListing(
  xml: string,
  place: string,
): {
  readonly objects: readonly ObjectFact[];
  readonly nextToken: string | null;
} {
  const objects: { key: string; sizeBytes: number; changedAtMs: number }[] = [];
  let token: string | null = null;
  let isTruncated = false;
  walkXml(xml, (path, text) => {
    if (path === 'ListBucketResult/Contents/Key') objects.push({ key: text, sizeBytes: 0, changedAtMs: 0 });
    const last = objects.at(-1);
    if (path === 'ListBucketResult/Contents/Size' && last) last.sizeBytes = Number(text);
    if (path === 'ListBucketResult/Contents/LastModified' && last) last.changedAtMs = instantOf(text, place);
    if (path === 'ListBucketResult/IsTruncated') isTruncated = text === 'true';
    if (path === 'ListBucketResult/NextContinuationToken') token = text;
  });
  return { objects, nextToken: isTruncated ? token : null };
}

function instantOf(text: string, place: string): number {
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs)) return atMs;
  throw new Fault('store_unusable', `${place} does not say when its objects were written.`, { retryable: false });
}

function parseError(xml: string): { readonly code: string; readonly message: string } {
  const error = { code: '', message: '' };
  try {
    walkXml(xml, (path, text) => {
      if (path === 'Error/Code') error.code = text;
      if (path === 'Error/Message') error.message = text;
    });
  } catch {
    return error; // A proxy's page is not XML; the status says enough.
  }
  return error;
}

function walkXml(xml: string, onText: (path: string, text: string) => void): void {
  const parser = new SaxesParser();
  const open: string[] = [];
  let text = '';
  parser.on('opentag', ({ name }) => {
    open.push(name);
    text = '';
  });
  parser.on('text', (piece) => void (text += piece));
  parser.on('closetag', () => {
    onText(open.join('/'), text);
    open.pop();
    text = '';
  });
  try {
    parser.write(xml).close();
  } catch (cause) {
    throw new Fault('store_unusable', 'The S3 store answered with something that is not XML.', {
      retryable: false,
      cause,
    });
  }
}
