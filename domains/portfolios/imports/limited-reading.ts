/**
 * Limited reading: runs the reader in its own process with a heap limit, no environment, read access to this code and
 * to the one file only, no network, no children; kills it when it takes too long. A hostile file can at worst kill
 * that process. Method: Node's permission model (https://nodejs.org/api/permissions.html) plus a V8 heap limit.
 */
import { fork } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, Fault, ok, refuse, type Result } from '#kernel';
import { READ_HEAP_MIB, READ_TIME_MS_MAX } from './reading-limits.ts';
import type { ReadRefusal } from './sheet.ts';

export interface LimitedRun<Reply> {
  /** File to read; the process may read nothing else but code. */
  readonly path: string;
  /** Sent to the worker as its only input. */
  readonly request: unknown;
  /** Called in order for each message; what it returns is given back to the worker, which waits, so memory stays flat. */
  readonly onReply: (reply: Reply) => Promise<unknown>;
  readonly signal?: AbortSignal;
  readonly timeMsMax?: number;
}

/** What the reading process cost, for logs and tests. */
export interface ReadingCost {
  readonly peakRssBytes: number;
}

export type WorkerMessage =
  | { readonly kind: 'reply'; readonly reply: unknown }
  | { readonly kind: 'refused'; readonly code: ReadRefusal; readonly details: Readonly<Record<string, unknown>> }
  | { readonly kind: 'done'; readonly peakRssBytes: number };

const WORKER = fileURLToPath(new URL('./workbook.worker.ts', import.meta.url));
const PROJECT = resolve(dirname(WORKER), '../../..');
// How V8 ends a process whose heap is full: it cannot report that by itself.
const HEAP_EXHAUSTED_SIGNALS = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL']);
const HEAP_EXHAUSTED_EXIT_CODES = new Set([133, 134]);

/** Runs one reading to its end; refuses what the file is to blame for, throws a `Fault` for what it is not. */
export async function runLimited<Reply>(run: LimitedRun<Reply>): Promise<Result<ReadingCost, ReadRefusal>> {
  const file = realpathSync(run.path);
  const child = fork(WORKER, [], {
    execArgv: [
      '--permission',
      ...readableFolders().map((folder) => `--allow-fs-read=${folder}`),
      `--allow-fs-read=${file}`,
      `--max-old-space-size=${READ_HEAP_MIB}`,
      '--max-semi-space-size=8',
      '--no-warnings',
    ],
    env: { TZ: 'UTC' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const finished = Promise.withResolvers<Result<ReadingCost, ReadRefusal>>();
  let replies = Promise.resolve();
  const timer = setTimeout(() => {
    finished.resolve(refuse('reading_took_too_long', { maxMs: run.timeMsMax ?? READ_TIME_MS_MAX }));
  }, run.timeMsMax ?? READ_TIME_MS_MAX);
  const cancel = (): void =>
    finished.reject(new Fault('import_cancelled', 'the reading was cancelled', { retryable: false }));
  run.signal?.addEventListener('abort', cancel, { once: true });
  child.on('message', (message: WorkerMessage) => {
    if (message.kind === 'refused') return finished.resolve(refuse(message.code, message.details));
    replies = replies.then(async () => {
      if (message.kind === 'done') return finished.resolve(ok({ peakRssBytes: message.peakRssBytes }));
      const answer = await run.onReply(message.reply as Reply);
      if (child.connected) child.send({ kind: 'next', answer: answer ?? null });
    });
    replies.catch((error: unknown) => finished.reject(error instanceof Error ? error : new Error(String(error))));
  });
  child.on('error', (cause) =>
    finished.reject(new Fault('reader_failed', 'the file reader did not start', { retryable: true, cause })),
  );
  child.on('exit', (code, signal) => finished.resolve(outcomeOfExit(code, signal)));
  child.send({ kind: 'start', path: file, request: run.request });
  try {
    return await finished.promise;
  } finally {
    clearTimeout(timer);
    run.signal?.removeEventListener('abort', cancel);
    if (child.exitCode === null) child.kill('SIGKILL');
  }
}

function outcomeOfExit(code: number | null, signal: string | null): Result<never, ReadRefusal> {
  const isHeapExhausted =
    (signal !== null && HEAP_EXHAUSTED_SIGNALS.has(signal)) || (code !== null && HEAP_EXHAUSTED_EXIT_CODES.has(code));
  if (isHeapExhausted || signal === 'SIGKILL') return refuse('reading_took_too_much_memory');
  // A reader that dies without a word met something it did not foresee in this file: the file is refused, not retried.
  return refuse('file_damaged', { exitCode: code, signal });
}

/** The code the reader is made of: the project and, when it is linked from elsewhere, the installed packages. */
function readableFolders(): string[] {
  const packages = dirname(dirname(createRequire(import.meta.url).resolve('yauzl/package.json')));
  assert(packages.endsWith('node_modules'), 'reader: packages are not where they were');
  return [join(PROJECT, '*'), join(packages, '*')];
}
