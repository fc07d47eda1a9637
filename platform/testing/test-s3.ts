/**
 * An S3-compatible store for tests, written from the protocol and not from our client: speaks the XML of ListObjectsV2 and
 * errors, and works out Signature Version 4 of every request anew
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAGE_SIZE = 3;

export interface TestS3 {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** When each was written; set it back to make one old. */
  readonly changedAtMs: Map<string, number>;
  requests(): number;
  failNext(status: number): void;
  close(): Promise<void>;
}

interface Account {
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
  readonly sizeBytes?: number;
  readonly changedAtMs?: number;
}

/** Listens on loopback until closed. */
export async function startS3(account: Account): Promise<TestS3> {
  const objects = new Map<string, Buffer>();
  const changedAtMs = new Map<string, number>();
  let requestCount = 0;
  let nextStatus: number | null = null;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      requestCount += 1;
      const answer =
        nextStatus === null
          ? respond({ request, body, account, objects, changedAtMs })
          : failure(nextStatus, 'SlowDown');
      nextStatus = null;
      response.writeHead(answer.status, {
        'content-length': answer.sizeBytes ?? Buffer.byteLength(answer.body ?? ''),
        ...(answer.changedAtMs === undefined ? {} : { 'last-modified': new Date(answer.changedAtMs).toUTCString() }),
      });
      response.end(request.method === 'HEAD' ? undefined : answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    changedAtMs,
    requests: () => requestCount,
    failNext: (status) => void (nextStatus = status),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Request {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly account: Account;
  readonly objects: Map<string, Buffer>;
  readonly changedAtMs: Map<string, number>;
}

function respond({ request, body, account, objects, changedAtMs }: Request): Answer {
  const refusal = signatureFault(request, body, account);
  if (refusal) return refusal;
  const url = new URL(request.url ?? '/', 'http://store');
  const [bucket, ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  if (bucket !== account.bucket) return failure(404, 'NoSuchBucket');
  const key = rest.join('/');
  if (key === '') return list(url, objects, changedAtMs);
  const found = objects.get(key);
  if (request.method === 'PUT') {
    if (request.headers['transfer-encoding'] !== undefined) return failure(411, 'MissingContentLength');
    objects.set(key, body);
    changedAtMs.set(key, Date.now());
    return { status: 200 };
  }
  if (request.method === 'DELETE') {
    objects.delete(key);
    return { status: 204 };
  }
  if (!found) return failure(404, 'NoSuchKey');
  const facts = { status: 200, changedAtMs: changedAtMs.get(key) ?? 0 };
  return request.method === 'HEAD' ? { ...facts, sizeBytes: found.length } : { ...facts, body: found };
}

function list(url: URL, objects: Map<string, Buffer>, changedAtMs: Map<string, number>): Answer {
  const prefix = url.searchParams.get('prefix') ?? '';
  const from = Number(url.searchParams.get('continuation-token') ?? 0);
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  const page = keys.slice(from, from + PAGE_SIZE);
  const contents = page
    .map((key) => {
      const written = new Date(changedAtMs.get(key) ?? 0).toISOString();
      const facts = `<LastModified>${written}</LastModified><Size>${objects.get(key)?.length ?? 0}</Size>`;
      return `<Contents><Key>${escaped(key)}</Key>${facts}</Contents>`;
    })
    .join('');
  const isTruncated = from + PAGE_SIZE < keys.length;
  const token = isTruncated ? `<NextContinuationToken>${from + PAGE_SIZE}</NextContinuationToken>` : '';
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>x</Name><IsTruncated>${isTruncated}</IsTruncated>${contents}${token}</ListBucketResult>`;
  return { status: 200, body: xml };
}

function failure(status: number, code: string): Answer {
  return { status, body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message></Error>` };
}

/** Works the signature out from the request as it arrived; null when it is right. */
function signatureFault(request: IncomingMessage, body: Buffer, account: Account): Answer | null {
  const header = request.headers.authorization ?? '';
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(header);
  const [, credential = '', signedHeaders = '', signature = ''] = parts ?? [];
  const [accessKeyId, day = '', ...scopeRest] = credential.split('/');
  if (accessKeyId !== account.accessKeyId) return failure(403, 'InvalidAccessKeyId');
  const announced = String(request.headers['x-amz-content-sha256']);
  if (announced !== hex(body)) return failure(400, 'XAmzContentSHA256Mismatch');
  const names = signedHeaders.split(';');
  const isComplete = ['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.includes(name));
  const scope = [day, account.region, 's3', 'aws4_request'].join('/');
  if (!isComplete || [day, ...scopeRest].join('/') !== scope) return failure(403, 'SignatureDoesNotMatch');
  const url = new URL(request.url ?? '/', 'http://store');
  const canonical = [
    request.method,
    url.pathname
      .split('/')
      .map((part) => strictEncoded(decodeURIComponent(part)))
      .join('/'),
    [...url.searchParams]
      .map(([name, value]) => `${strictEncoded(name)}=${strictEncoded(value)}`)
      .toSorted()
      .join('&'),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    announced,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hex(Buffer.from(canonical))].join('\n');
  let key: Buffer = Buffer.from(`AWS4${account.secretAccessKey}`);
  for (const step of scope.split('/')) key = createHmac('sha256', key).update(step).digest();
  const expected = createHmac('sha256', key).update(text).digest('hex');
  return expected === signature ? null : failure(403, 'SignatureDoesNotMatch');
}

function strictEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
