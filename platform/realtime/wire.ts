/**
 * Wire: broadcasts as they travel between processes, packed into pieces below the size a carrier allows. Each message has a
 * number of its process, so that a piece that comes twice, or late over another carrier, is recognised.
 */
import type { RowOwner } from '#kernel';
import type { Broadcast } from './types.ts';

export interface Numbered {
  /** Grows with each broadcast of a process. */
  readonly number: number;
  readonly message: Broadcast;
}

/** What one process tells the others: messages, or whether it hears Redis. */
export type Word =
  | { readonly origin: string; readonly messages: readonly Numbered[] }
  | { readonly origin: string; readonly isHearing: boolean; readonly isNew: boolean };

type WireMessage = readonly [
  number: number,
  workspaceId: string,
  topic: string,
  key: string | null,
  permission: string,
  data: unknown,
  owner?: RowOwner,
];
type WireWord = { readonly origin: string } & (
  | { readonly messages: readonly WireMessage[] }
  | { readonly isHearing: boolean; readonly isNew: boolean }
);

export interface Piece {
  readonly text: string;
  readonly messages: readonly Numbered[];
}

/** Packs messages in their order; those that fit no piece are counted. */
export function piecesOf(
  messages: readonly Numbered[],
  { origin, sizeBytesMax }: { readonly origin: string; readonly sizeBytesMax: number },
): { readonly pieces: readonly Piece[]; readonly tooLargeCount: number } {
  const pieces: Piece[] = [];
  let tooLargeCount = 0;
  let parts: string[] = [];
  let packed: Numbered[] = [];
  let sizeBytes = 0;
  const close = (): void => {
    if (packed.length > 0)
      pieces.push({ text: `{"origin":"${origin}","messages":[${parts.join(',')}]}`, messages: packed });
    parts = [];
    packed = [];
    sizeBytes = 0;
  };
  for (const numbered of messages) {
    const json = jsonOf(numbered);
    const jsonBytes = Buffer.byteLength(json) + 1;
    if (jsonBytes > sizeBytesMax) {
      tooLargeCount += 1;
      continue;
    }
    if (sizeBytes + jsonBytes > sizeBytesMax) close();
    parts.push(json);
    packed.push(numbered);
    sizeBytes += jsonBytes;
  }
  close();
  return { pieces, tooLargeCount };
}

/** `isNew` asks the others to say the same of themselves. */
export function stateText(origin: string, state: { readonly isHearing: boolean; readonly isNew: boolean }): string {
  return JSON.stringify({ origin, ...state });
}

/** Reads what another process said; throws when it is not ours. */
export function parseWord(text: string): Word {
  const word = JSON.parse(text) as WireWord;
  if (!('messages' in word)) return word;
  const messages = word.messages.map(([number, workspaceId, topic, key, permission, data, owner]) => ({
    number,
    message: { workspaceId, topic, permission, data, ...(key === null ? {} : { key }), ...(owner ? { owner } : {}) },
  }));
  return { origin: word.origin, messages };
}

/** Newer broadcasts of the same name replace older ones. */
export function nameOf({ workspaceId, topic, key }: Broadcast): string {
  return `${workspaceId}\n${topic}\n${key ?? ''}`;
}

function jsonOf({ number, message }: Numbered): string {
  const { workspaceId, topic, key, permission, data, owner } = message;
  const head = [number, workspaceId, topic, key ?? null, permission, data] as const;
  const wire: WireMessage = owner ? [...head, owner] : head;
  return JSON.stringify(wire, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
