/**
 * Live: one WebSocket for the whole app. Reconnects with growing pauses, and resumes after the last event sequence it saw, so that
 * a cut shows up as a delay and never as a hole. Messages: `{type:'event', event:{sequence, name, …}}` (durable, resumable) and
 * `{type:'message', topic, key?, data}` (short-lived figures).
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { currentTimeMs } from '#web/i18n';

export interface LiveEvent {
  readonly id: string;
  /** Decimal text or number: grows with each event. */
  readonly sequence: string | number;
  readonly name: string;
  readonly subjectId: string;
  readonly payload: unknown;
  readonly occurredAtMs: number;
}

export interface LiveMessage {
  readonly topic: string;
  readonly key?: string;
  readonly data: unknown;
}

export type LiveSignal =
  | { readonly type: 'event'; readonly event: LiveEvent }
  | ({ readonly type: 'message' } & LiveMessage);

export interface LiveState {
  readonly phase: 'off' | 'connecting' | 'live' | 'lost';
  /** Last sign of life from the server, epoch ms; null before the first. */
  readonly heardAtMs: number | null;
}

type Handler = (signal: LiveSignal) => void;

const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 15_000;
const EVERY_EVENT = 'events';

export class LiveClient {
  readonly #url: () => string;
  #socket: WebSocket | null = null;
  #isWanted = false;
  #pauseMs = PAUSE_FIRST_MS;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #lastSequence: string | null = null;
  #state: LiveState = { phase: 'off', heardAtMs: null };
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #listeners = new Set<() => void>();

  constructor(url: () => string) {
    this.#url = url;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Opens the socket and keeps it open until `stop`. */
  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#open();
  }

  stop(): void {
    this.#isWanted = false;
    clearTimeout(this.#retryTimer);
    this.#socket?.close();
    this.#socket = null;
    this.#lastSequence = null;
    this.#change({ phase: 'off', heardAtMs: null });
  }

  /** Tries now instead of waiting for the pause to end. */
  retryNow(): void {
    if (!this.#isWanted || this.#state.phase === 'live') return;
    clearTimeout(this.#retryTimer);
    this.#pauseMs = PAUSE_FIRST_MS;
    this.#open();
  }

  /** Hears a topic (`markets.prices`), an event name, or `events` for every event. */
  subscribe(topic: string, handler: Handler): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set<Handler>();
    const isFirst = handlers.size === 0;
    handlers.add(handler);
    this.#handlers.set(topic, handlers);
    if (isFirst) this.#sendTopics();
    return () => {
      handlers.delete(handler);
      if (handlers.size > 0) return;
      this.#handlers.delete(topic);
      this.#sendTopics();
    };
  }

  onState(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #open(): void {
    this.#socket?.close();
    const socket = new WebSocket(this.#url());
    this.#socket = socket;
    if (this.#state.phase !== 'lost') this.#change({ ...this.#state, phase: 'connecting' });
    socket.addEventListener('open', () => {
      this.#pauseMs = PAUSE_FIRST_MS;
      this.#change({ phase: 'live', heardAtMs: currentTimeMs() });
      this.#sendTopics();
    });
    socket.addEventListener('message', (message) => this.#hear(String(message.data)));
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#retryLater();
    });
  }

  #retryLater(): void {
    this.#socket = null;
    if (!this.#isWanted) return;
    this.#change({ ...this.#state, phase: 'lost' });
    this.#retryTimer = setTimeout(() => this.#open(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MAX_MS);
  }

  #sendTopics(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const after = this.#lastSequence === null ? {} : { after: this.#lastSequence };
    this.#socket.send(JSON.stringify({ type: 'subscribe', topics: [...this.#handlers.keys()], ...after }));
  }

  #hear(text: string): void {
    this.#change({ phase: 'live', heardAtMs: currentTimeMs() });
    const signal = readSignal(text);
    if (!signal) return;
    if (signal.type === 'message') {
      this.#deliver(signal.topic, signal);
      return;
    }
    const sequence = String(signal.event.sequence);
    // A resume may repeat what was in flight: each event is delivered once.
    if (this.#lastSequence !== null && BigInt(sequence) <= BigInt(this.#lastSequence)) return;
    this.#lastSequence = sequence;
    this.#deliver(signal.event.name, signal);
    this.#deliver(EVERY_EVENT, signal);
  }

  #deliver(topic: string, signal: LiveSignal): void {
    for (const handler of this.#handlers.get(topic) ?? []) handler(signal);
  }

  #change(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function readSignal(text: string): LiveSignal | null {
  try {
    const signal = JSON.parse(text) as Partial<LiveSignal> | null;
    if (signal?.type === 'message' && typeof signal.topic === 'string') return signal as LiveSignal;
    if (signal?.type === 'event' && typeof signal.event?.name === 'string') return signal as LiveSignal;
    return null;
  } catch {
    return null;
  }
}

/** The app's socket. */
export const live: LiveClient = new LiveClient(() => {
  const { protocol, host } = location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`;
});

/** Hears a topic while the component is on screen; the handler may change freely between renders. */
export function useLive(topic: string, handler: Handler): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => live.subscribe(topic, (signal) => latest.current(signal)), [topic]);
}

/** The socket's state, for the live box. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => live.onState(listener),
    () => live.state,
    () => live.state,
  );
}
