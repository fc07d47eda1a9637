/**
 * One GET that leaves the process: bounded in time and size, never redirected, answers as text.
 * Every failure is a `Fault` whose code says what the provider did.
 */
import { Fault } from '#kernel';
import { request } from 'undici';

export interface GetLimits {
  readonly timeoutMs: number;
  readonly sizeBytesMax: number;
  /** Where a key goes: an address ends up in logs, a header does not. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GetAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

// Providers refuse clients without one; it names us and no browser.
const USER_AGENT = 'Mozilla/5.0 (compatible; Cactus/0.1; self-hosted)';
const DETAIL_LENGTH_MAX = 120; // Enough of an answer to recognise it in a log.

/** Fetches a text. Throws `provider_timeout`, `provider_unreachable`, `provider_redirected` or `provider_answer_too_large`. */
export async function getText(url: URL, limits: GetLimits, signal: AbortSignal): Promise<GetAnswer> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  try {
    const answer = await request(url, {
      method: 'GET',
      headers: { 'user-agent': USER_AGENT, accept: '*/*', ...limits.headers },
      headersTimeout: limits.timeoutMs,
      bodyTimeout: limits.timeoutMs,
      signal: AbortSignal.any([deadline, signal]),
    });
    if (answer.statusCode >= 300 && answer.statusCode < 400) {
      await answer.body.dump({ limit: 0 });
      const detail = `${url.hostname} redirects instead of answering; it may want consent or block this address`;
      throw new Fault('provider_redirected', detail, { retryable: true });
    }
    const text = await readLimited(answer.body, { url, sizeBytesMax: limits.sizeBytesMax });
    return { status: answer.statusCode, contentType: String(answer.headers['content-type'] ?? ''), text };
  } catch (error) {
    if (error instanceof Fault) throw error;
    const isLate = deadline.aborted || (error instanceof Error && /timeout/i.test(error.name));
    const code = isLate ? 'provider_timeout' : 'provider_unreachable';
    const detail = isLate ? `no answer within ${limits.timeoutMs} ms` : reasonOf(error);
    throw new Fault(code, `${url.hostname}: ${detail}`, { retryable: true, cause: error });
  }
}

/** The fault of an answer that is not what the provider promises, by status. */
export function answerFault(url: URL, answer: GetAnswer): Fault {
  const start = answer.text.slice(0, DETAIL_LENGTH_MAX).replaceAll(/\s+/g, ' ');
  if (answer.status === 429) {
    return new Fault('provider_rate_limited', `${url.hostname}: too many requests`, { retryable: true });
  }
  if (answer.status >= 400) {
    return new Fault('provider_failed', `${url.hostname}: HTTP ${answer.status}: ${start}`, { retryable: true });
  }
  return new Fault('provider_answer_unreadable', `${url.hostname}: not the promised shape: ${start}`, {
    retryable: true,
  });
}

async function readLimited(
  body: AsyncIterable<Uint8Array>,
  { url, sizeBytesMax }: { readonly url: URL; readonly sizeBytesMax: number },
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > sizeBytesMax) {
      const detail = `${url.hostname}: the answer is larger than ${sizeBytesMax} bytes`;
      throw new Fault('provider_answer_too_large', detail, { retryable: false });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unreachable';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `unreachable (${code})`;
}
