/**
 * Worker pool: computations in threads of their own, off the thread that answers requests. Threads start with the first task
 * that needs one and end when nothing came for a while, so an idle installation pays nothing. Tasks wait in a bounded queue;
 * one that is cancelled, takes too long or kills its thread ends with a `Fault`, its thread is replaced by the next task's,
 * and the pool's owner is told.
 */
import { Worker } from 'node:worker_threads';
import { Fault } from '#kernel';

export interface PoolOptions {
  /** Module that answers every message `{ id, task }` with `{ id, result }` or `{ id, error }`. */
  readonly script: URL;
  readonly sizeMax: number;
  readonly queueMax: number;
  readonly idleMs: number;
  readonly taskMsMax: number;
  /** A thread ended while it worked. */
  readonly onLost?: (cause: string) => void;
}

export interface WorkerPool {
  /** Runs a task in some thread. Rejects with a retryable `Fault` when the queue is full, the thread died or time ran out. */
  run(task: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Threads alive now. */
  readonly size: number;
  close(): Promise<void>;
}

interface Waiting {
  readonly task: unknown;
  readonly settle: PromiseWithResolvers<unknown>;
}

interface Thread {
  readonly worker: Worker;
  busyWith: Waiting | null;
  timer: NodeJS.Timeout | null;
}

interface Reply {
  readonly result?: unknown;
  readonly error?: string;
}

const HEAP_MIB_MAX = 256; // Columns live outside of it; a task that needs more is a mistake, not a portfolio.
const CANCELLED = 'valuation_cancelled';

/** Opens an empty pool. */
export function openWorkerPool(options: PoolOptions): WorkerPool {
  return new ThreadPool(options);
}

class ThreadPool implements WorkerPool {
  readonly #options: PoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #queue: Waiting[] = [];
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#threads.size;
  }

  async run(task: unknown, signal?: AbortSignal): Promise<unknown> {
    if (this.#isClosed || signal?.aborted) throw cancelled();
    if (this.#queue.length >= this.#options.queueMax) {
      const advice = 'too many computations wait: try again in a moment';
      throw new Fault('valuation_queue_full', advice, { retryable: true });
    }
    const waiting: Waiting = { task, settle: Promise.withResolvers() };
    const abort = (): void => this.#cancel(waiting);
    signal?.addEventListener('abort', abort, { once: true });
    this.#queue.push(waiting);
    this.#next();
    try {
      return await waiting.settle.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#queue.splice(0)) waiting.settle.reject(cancelled());
    const all = [...this.#threads];
    for (const thread of all) this.#lose(thread, cancelled());
    await Promise.all(all.map(({ worker }) => worker.terminate()));
  }

  /** Gives the oldest task to a free thread, or to a new one while there may be more. */
  #next(): void {
    if (this.#isClosed) return;
    const free = [...this.#threads].find((thread) => !thread.busyWith);
    if (!free && this.#threads.size >= this.#options.sizeMax) return;
    const waiting = this.#queue.shift();
    if (!waiting) return;
    const thread = free ?? this.#start();
    const { taskMsMax } = this.#options;
    thread.busyWith = waiting;
    this.#after(thread, taskMsMax, () => this.#lose(thread, failed(`it took longer than ${taskMsMax} ms`)));
    // The second argument lists what is handed over: nothing, shared memory is not.
    thread.worker.postMessage(waiting.task, []);
  }

  #start(): Thread {
    const worker = new Worker(this.#options.script, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX } });
    const thread: Thread = { worker, busyWith: null, timer: null };
    this.#threads.add(thread);
    worker.unref();
    worker.on('message', (reply: Reply) => this.#finish(thread, reply));
    worker.on('error', (cause) => this.#lose(thread, failed(cause instanceof Error ? cause.message : String(cause))));
    worker.on('exit', (code) => this.#lose(thread, failed(`its thread ended with code ${code}`)));
    return thread;
  }

  #finish(thread: Thread, { result, error }: Reply): void {
    const { busyWith } = thread;
    if (!busyWith) return;
    thread.busyWith = null;
    this.#after(thread, this.#options.idleMs, () => this.#end(thread));
    if (error === undefined) busyWith.settle.resolve(result);
    else busyWith.settle.reject(failed(error));
    this.#next();
  }

  #cancel(waiting: Waiting): void {
    const place = this.#queue.indexOf(waiting);
    if (place >= 0) {
      this.#queue.splice(place, 1);
      waiting.settle.reject(cancelled());
      return;
    }
    const thread = [...this.#threads].find(({ busyWith }) => busyWith === waiting);
    if (thread) this.#lose(thread, cancelled());
  }

  /** Ends a thread, also in the middle of its task, which then fails; the next task has another. */
  #lose(thread: Thread, fault: Fault): void {
    const { busyWith } = thread;
    thread.busyWith = null;
    this.#end(thread);
    if (busyWith) {
      busyWith.settle.reject(fault);
      if (fault.code !== CANCELLED) this.#options.onLost?.(fault.message);
    }
    this.#next();
  }

  #end(thread: Thread): void {
    if (thread.timer) clearTimeout(thread.timer);
    this.#threads.delete(thread);
    void thread.worker.terminate();
  }

  #after(thread: Thread, delayMs: number, act: () => void): void {
    if (thread.timer) clearTimeout(thread.timer);
    thread.timer = setTimeout(act, delayMs).unref();
  }
}

function failed(message: string): Fault {
  return new Fault('valuation_failed', message, { retryable: true });
}

function cancelled(): Fault {
  return new Fault(CANCELLED, 'the computation was cancelled', { retryable: true });
}
