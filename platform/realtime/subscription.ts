/** Subscriptions: what a client frame may say, and which events and messages its topics match. Pure. */
import { refuse, ok, type Result } from '#kernel';

const TOPICS_MAX = 100; // A page shows a handful; more is a loop in a client.
const TOPIC = /^[a-z0-9*][a-z0-9._*-]{0,99}$/;
const SEQUENCE = /^\d{1,18}$/;
const EVERY_EVENT = 'events'; // The alias of the browser client for "all events, no figures".

export interface SubscribeFrame {
  readonly topics: readonly string[];
  /** The last event the client has seen; null means: only new ones. */
  readonly after: bigint | null;
}

export type FrameRefusal = 'frame_not_valid' | 'topics_not_valid' | 'after_not_valid';

/** Reads a client frame. */
export function parseFrame(text: string): Result<SubscribeFrame, FrameRefusal> {
  const frame = parseObject(text);
  if (!frame || frame['type'] !== 'subscribe') return refuse('frame_not_valid');
  const { topics, after } = frame;
  const areTopics = Array.isArray(topics) && topics.length <= TOPICS_MAX && topics.every(isTopic);
  if (!areTopics) return refuse('topics_not_valid');
  if (after === undefined || after === null) return ok({ topics, after: null });
  const afterText = typeof after === 'number' ? String(after) : after;
  if (typeof afterText !== 'string' || !SEQUENCE.test(afterText)) return refuse('after_not_valid');
  return ok({ topics, after: BigInt(afterText) });
}

function isTopic(topic: unknown): topic is string {
  return typeof topic === 'string' && TOPIC.test(topic) && !topic.includes('**');
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The topics of one socket. Equal subscriptions have equal keys, so that frames can be shared. */
export class Subscription {
  readonly key: string;
  readonly #patterns: readonly RegExp[];
  readonly #hearsEveryEvent: boolean;
  readonly #known = new Map<string, boolean>();

  constructor(topics: readonly string[]) {
    const sorted = [...new Set(topics)].toSorted();
    this.key = sorted.join(' ');
    this.#hearsEveryEvent = sorted.includes(EVERY_EVENT);
    this.#patterns = sorted.map((topic) => new RegExp(`^${topic.replaceAll('.', '\\.').replaceAll('*', '.*')}$`));
  }

  hearsEvent(name: string): boolean {
    return this.#hearsEveryEvent || this.hearsTopic(name);
  }

  hearsTopic(topic: string): boolean {
    let isHeard = this.#known.get(topic);
    if (isHeard === undefined) {
      isHeard = this.#patterns.some((pattern) => pattern.test(topic));
      if (this.#known.size < KNOWN_MAX) this.#known.set(topic, isHeard);
    }
    return isHeard;
  }
}

const KNOWN_MAX = 1000; // Names come from catalogues; this only guards against a mistake.
