/** Frames: the JSON text of what the server sends. Each event and message is written once and shared by every socket. */
import type { StoredEvent } from '#platform/events';
import type { Broadcast } from './types.ts';

/** A broadcast with its text. */
export interface Message extends Broadcast {
  /** Newer messages of the same workspace and name replace it. */
  readonly name: string;
  readonly json: string;
}

export function eventJson(event: StoredEvent): string {
  const { id, name, version, subjectId, occurredAtMs, payloadJson } = event;
  const head = JSON.stringify({ id, sequence: event.sequence.toString(), name, version, subjectId, occurredAtMs });
  return `{"type":"event","event":${head.slice(0, -1)},"payload":${payloadJson}}}`;
}

/** Writes a broadcast; bigints become decimal text. */
export function messageOf(broadcast: Broadcast): Message {
  const { topic, key, data } = broadcast;
  const json = JSON.stringify(
    { type: 'message', topic, ...(key === undefined ? {} : { key }), data },
    (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
  return { ...broadcast, name: `${topic}\n${key ?? ''}`, json };
}

/** One frame: the object itself, or an array of what is ready at the same moment. */
export function frameOf(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `[${parts.join(',')}]`;
}
