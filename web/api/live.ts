/**
 * Live: one WebSocket for the whole app. Reconnects with growing pauses, and resumes after the last event sequence it saw, so that
 * a cut shows up as a delay and never as a hole. A frame is one signal or an array of them: `{type:'event', event:{sequence, name, …}}`
 * (durable, resumable), `{type:'message', topic, key?, data}` (short-lived figures), `{type:'subscribed', sequence}`, and
 * `{type:'gap', sequence}`: the server cannot repeat what was missed, so what is on screen has to be read again.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { currentTimeMs } from '#web/i18n';

export interface LiveEvent {
  readonly id: string;
  /** Decimal text: grows with each event. */
  readonly sequence: string;
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
const PAUSE_SPREAD = 0.5;
const QUIET_MS = 25_000; // Proxies cut silent sockets after 30 to 60 s.
const ANSWER_MS = 10_000; // A server that is alive answers a subscription at once.
const SESSION_ENDED = 4401;

export class LiveClient {
  readonly #url: () => string;
  readonly #chance: () => number;
  #socket: WebSocket | null = null;
  #isWanted = false;
  #pauseMs = PAUSE_FIRST_MS;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #lastSequence: string | null = null;
  #state: LiveState = { phase: 'off', heardAtMs: null };
  #watchTimer: ReturnType<typeof setInterval> | undefined;
  #askedAtMs: number | null = null;
  #onSessionEnded: () => void = () => undefined;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #listeners = new Set<() => void>();
  readonly #gapListeners = new Set<() => void>();

  /** `chance` gives a number from 0 up to 1. */
  constructor(url: () => string, chance: () => number = anyShare) {
    this.#url = url;
    this.#chance = chance;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Opens the socket and keeps it open until `stop`, or until the server says the session ended. */
  start(onSessionEnded: () => void): void {
    this.#onSessionEnded = onSessionEnded;
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#watchTimer = setInterval(() => this.#askIfQuiet(), ANSWER_MS);
    this.#open();
  }

  stop(): void {
    this.#isWanted = false;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#watchTimer);
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

  /** Hears a topic or event name (`markets.prices`), a family (`markets.*`), or everything (`*`). */
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

  /** Hears that events were missed which nobody repeats: whatever they would have changed must be read again. */
  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
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
    socket.addEventListener('close', (close) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (close.code !== SESSION_ENDED) return this.#retryLater();
      this.stop();
      this.#onSessionEnded();
    });
  }

  #retryLater(): void {
    if (!this.#isWanted) return;
    this.#askedAtMs = null;
    this.#change({ ...this.#state, phase: 'lost' });
    // A restarted server must not meet everybody at the same moment: each browser waits its own share of the pause.
    this.#retryTimer = setTimeout(() => this.#open(), this.#pauseMs * (1 - PAUSE_SPREAD * this.#chance()));
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MAX_MS);
  }

  /** A silent socket may be dead without knowing it: subscribing again must bring an answer. */
  #askIfQuiet(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const nowMs = currentTimeMs();
    if (this.#askedAtMs !== null && nowMs - this.#askedAtMs >= ANSWER_MS) {
      const dead = this.#socket;
      this.#socket = null;
      dead.close();
      this.#retryLater();
    } else if (nowMs - (this.#state.heardAtMs ?? 0) >= QUIET_MS && this.#askedAtMs === null) {
      this.#askedAtMs = nowMs;
      this.#sendTopics();
    }
  }

  #sendTopics(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#handlers.size === 0) return;
    const after = this.#lastSequence === null ? {} : { after: this.#lastSequence };
    this.#socket.send(JSON.stringify({ type: 'subscribe', topics: [...this.#handlers.keys()], ...after }));
  }

  #hear(text: string): void {
    this.#askedAtMs = null;
    this.#change({ phase: 'live', heardAtMs: currentTimeMs() });
    for (const signal of readSignals(text)) this.#take(signal);
  }

  #take(signal: ServerSignal): void {
    if (signal.type === 'subscribed') {
      // Without a first sequence a cut before the first event could not be resumed.
      this.#lastSequence ??= signal.sequence;
    } else if (signal.type === 'gap') {
      this.#lastSequence = signal.sequence;
      for (const listener of this.#gapListeners) listener();
    } else if (signal.type === 'message') {
      this.#deliver(signal.topic, signal);
    } else if (signal.type === 'event') {
      const { sequence, name } = signal.event;
      // A resume may repeat what was in flight: each event is delivered once.
      if (this.#lastSequence !== null && BigInt(sequence) <= BigInt(this.#lastSequence)) return;
      this.#lastSequence = sequence;
      this.#deliver(name, signal);
    }
  }

  #deliver(name: string, signal: LiveSignal): void {
    for (const [topic, handlers] of this.#handlers) {
      if (!matchesTopic(topic, name)) continue;
      for (const handler of handlers) handler(signal);
    }
  }

  #change(state: LiveState): void {
    const isNewPhase = state.phase !== this.#state.phase;
    this.#state = state;
    // A hundred messages a second must not repaint a hundred times: `heardAtMs` is read by who ticks anyway.
    if (!isNewPhase) return;
    for (const listener of this.#listeners) listener();
  }
}

function anyShare(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

type ServerSignal =
  | LiveSignal
  | { readonly type: 'subscribed'; readonly sequence: string | null }
  | { readonly type: 'gap'; readonly sequence: string };

/** True when a topic (`*`, `markets.*`, `markets.prices`) covers a name. */
export function matchesTopic(topic: string, name: string): boolean {
  if (topic === '*') return true;
  return topic.endsWith('.*') ? name.startsWith(topic.slice(0, -1)) : topic === name;
}

function readSignals(text: string): readonly ServerSignal[] {
  try {
    const frame: unknown = JSON.parse(text);
    return (Array.isArray(frame) ? frame : [frame]).filter(isSignal);
  } catch {
    return [];
  }
}

function isSignal(value: unknown): value is ServerSignal {
  if (typeof value !== 'object' || value === null) return false;
  const signal = value as Partial<ServerSignal>;
  if (signal.type === 'message') return typeof signal.topic === 'string';
  if (signal.type === 'event')
    return typeof signal.event?.name === 'string' && typeof signal.event.sequence === 'string';
  if (signal.type === 'gap') return typeof signal.sequence === 'string';
  return signal.type === 'subscribed';
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
