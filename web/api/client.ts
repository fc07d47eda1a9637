/**
 * The typed client: `api('GET /api/portfolios/:portfolioId', { params })` answers the contract's type or throws `ApiProblem`.
 * Same origin only; the session travels in its cookie. Decimals stay text.
 */
import type { ApiArguments, ApiInput, ApiKey, ApiOutput, DownloadKey, UploadKey } from './contracts.ts';
import { ApiProblem, problemOfAnswer } from './problem.ts';

/** What any call may carry, without its contract's types. */
export interface CallInput {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000; // No screen waits longer in silence; slow work is a job, not a request.
const etags = new WeakMap<object, string>();
let onSignedOut: () => void = () => undefined;

/** What happens on 401: the shell sends the person to sign in and back. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

let onStepUp: () => Promise<boolean> = () => Promise.resolve(false);

/** What happens when a call needs a recent proof of who asks: the shell asks, and true repeats the call. */
export function whenStepUpNeeded(handler: () => Promise<boolean>): void {
  onStepUp = handler;
}

/** Calls an endpoint of the contracts. */
export async function api<Key extends ApiKey>(key: Key, ...[input]: ApiArguments<Key>): Promise<ApiOutput<Key>> {
  return (await callEndpoint(key, input ?? {})) as ApiOutput<Key>;
}

/** The version (ETag) an answer came with, for `ifMatch`. */
export function versionOf(output: object): string | undefined {
  return etags.get(output);
}

/** The untyped call below `api`; only this folder and its tests use it. */
export async function callEndpoint(key: string, input: CallInput): Promise<unknown> {
  try {
    return await callOnce(key, input);
  } catch (error) {
    // Refused before it ran, so repeating is safe; a second refusal is shown.
    const asksForProof = error instanceof ApiProblem && error.code === 'step_up_required';
    if (!asksForProof || !(await onStepUp())) throw error;
    return callOnce(key, input);
  }
}

async function callOnce(key: string, input: CallInput): Promise<unknown> {
  const { method, url } = addressOf(key, input);
  const headers = new Headers({ accept: 'application/json' });
  if (input.body !== undefined) headers.set('content-type', 'application/json');
  if (input.ifMatch !== undefined) headers.set('if-match', `"${input.ifMatch}"`);
  if (input.idempotencyKey !== undefined) headers.set('idempotency-key', input.idempotencyKey);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const request: RequestInit = {
    method,
    headers,
    credentials: 'same-origin',
    signal: input.signal ? AbortSignal.any([input.signal, timeout]) : timeout,
  };
  if (input.body !== undefined) request.body = JSON.stringify(input.body);
  return readAnswer(await reach(url, request), key);
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    const isTimeout = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new ApiProblem({ code: isTimeout ? 'answer_too_slow' : 'server_unreachable', status: 0, cause });
  }
}

async function readAnswer(response: Response, key: string): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw refusedAnswer(response.status, text, key);
  if (text === '') return undefined;
  const output: unknown = JSON.parse(text);
  const etag = response.headers.get('etag');
  if (etag && typeof output === 'object' && output !== null)
    etags.set(output, etag.replace(/^W\//, '').replaceAll('"', ''));
  return output;
}

function refusedAnswer(status: number, text: string, key: string): ApiProblem {
  const problem = problemOfAnswer(status, text);
  // A wrong password is a 401 too: only calls that needed a session send the person away.
  if (status === 401 && key.startsWith('GET ')) onSignedOut();
  return problem;
}

/** A file the server handed over, with the name it gave it. */
export interface DownloadedFile {
  readonly name: string;
  readonly bytes: Blob;
}

/** Fetches a file; a refusal is thrown like everywhere, so that the page can say why there is none. */
export async function download<Key extends DownloadKey>(key: Key, input: ApiInput<Key>): Promise<DownloadedFile> {
  const { method, url } = addressOf(key, input);
  // No limit of time: a long file is still arriving, and the signal stops it.
  const request: RequestInit = { method, credentials: 'same-origin', signal: input.signal ?? null };
  const response = await reach(url, request);
  if (!response.ok) throw refusedAnswer(response.status, await response.text(), key);
  return { name: fileNameOf(response.headers.get('content-disposition') ?? ''), bytes: await response.blob() };
}

function fileNameOf(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
  return encoded === undefined ? 'cactus' : decodeURIComponent(encoded);
}

/** Fills `:params` and appends the query; a missing parameter is a bug of the caller. */
export function addressOf(
  key: string,
  input: Pick<CallInput, 'params' | 'query'>,
): { readonly method: string; readonly url: string } {
  const [method = 'GET', path = ''] = key.split(' ');
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = input.params?.[name];
    if (value === undefined || value === null) throw new TypeError(`${key}: parameter ${name} is missing`);
    return encodeURIComponent(plainText(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, plainText(item));
  }
  const suffix = query.size > 0 ? `?${query.toString()}` : '';
  return { method, url: `${filled}${suffix}` };
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Sends one file as bytes with progress (ratio 0 to 1). Aborting the signal stops it. */
export function upload<Key extends UploadKey>(
  key: Key,
  file: File,
  options: Readonly<Omit<CallInput, 'body'>> & { readonly onProgress?: (doneRatio: number) => void } = {},
): Promise<ApiOutput<Key>> {
  return sendFile(key, file, options) as Promise<ApiOutput<Key>>;
}

function sendFile(
  key: string,
  file: File,
  options: Readonly<Omit<CallInput, 'body'>> & { readonly onProgress?: (doneRatio: number) => void },
): Promise<unknown> {
  const { method, url } = addressOf(key, options);
  return new Promise((resolve, reject) => {
    // XMLHttpRequest because fetch cannot tell how much of a body has left.
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-file-name', encodeURIComponent(file.name));
    if (options.idempotencyKey) request.setRequestHeader('idempotency-key', options.idempotencyKey);
    request.upload.addEventListener('progress', (step) => {
      if (step.lengthComputable) options.onProgress?.(step.loaded / step.total);
    });
    request.addEventListener('load', () => {
      const isSuccess = request.status >= 200 && request.status < 300;
      if (!isSuccess) reject(refusedAnswer(request.status, request.responseText, key));
      else resolve(request.responseText === '' ? undefined : JSON.parse(request.responseText));
    });
    request.addEventListener('error', () => reject(new ApiProblem({ code: 'server_unreachable', status: 0 })));
    request.addEventListener('abort', () => reject(new DOMException('upload stopped', 'AbortError')));
    options.signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
