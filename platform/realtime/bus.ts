/**
 * Bus: carries broadcasts to the other processes by NOTIFY. Newest per name, at most ten times a second, in pieces below the
 * 8,000 bytes that PostgreSQL allows; what does not fit is dropped and counted, for these figures are repeated anyway.
 */
import type { DatabaseHandle } from '#platform/db';
import { sql } from 'kysely';
import type { Broadcast } from './types.ts';

const CHANNEL = 'platform_realtime';
const FLUSH_MS = 100;
const PAYLOAD_BYTES_MAX = 7800; // PostgreSQL refuses 8,000; the envelope takes some.
const PIECES_MAX = 64; // Half a MiB a flush; more would fill the notification queue of a slow listener.
const WAITING_MAX = 10_000;

type WireMessage = readonly [workspaceId: string, topic: string, key: string | null, permission: string, data: unknown];

export interface Bus {
  publish(message: Broadcast): void;
  close(): Promise<void>;
}

export async function openBus(options: {
  readonly db: Pick<DatabaseHandle, 'listen' | 'tables'>;
  /** Names this process; its own pieces come back and are ignored. */
  readonly origin: string;
  readonly onMessage: (message: Broadcast) => void;
  readonly onDropped: (reason: 'too_large' | 'too_many', count: number) => void;
  readonly onFault: (error: unknown) => void;
}): Promise<Bus> {
  const waiting = new Map<string, Broadcast>();
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> = Promise.resolve();
  let isOpen = true;

  await options.db.listen({
    channel: CHANNEL,
    onMessage: (payload) => hearPiece(payload, options),
    onReconnect: () => undefined, // The next broadcast of each name heals what was missed.
  });

  async function flush(): Promise<void> {
    const messages = [...waiting.values()];
    waiting.clear();
    const { pieces, tooLargeCount } = piecesOf(messages, options.origin);
    if (tooLargeCount > 0) options.onDropped('too_large', tooLargeCount);
    if (pieces.length > PIECES_MAX) options.onDropped('too_many', pieces.length - PIECES_MAX);
    const sent = pieces.slice(0, PIECES_MAX);
    if (sent.length === 0) return;
    await sql`select pg_notify(${CHANNEL}, piece) from unnest(${sent}::text[]) as pieces (piece)`
      .execute(options.db.tables())
      .catch(options.onFault);
  }

  return {
    publish(message) {
      if (!isOpen) return;
      const name = `${message.workspaceId}\n${message.topic}\n${message.key ?? ''}`;
      if (waiting.size >= WAITING_MAX && !waiting.has(name)) return options.onDropped('too_many', 1);
      waiting.set(name, message);
      timer ??= setTimeout(() => {
        timer = null;
        flushing = flushing.then(flush);
      }, FLUSH_MS).unref();
    },
    async close() {
      isOpen = false;
      if (timer) clearTimeout(timer);
      await flushing;
    },
  };
}

/** Packs messages into payloads below the limit. */
function piecesOf(
  messages: readonly Broadcast[],
  origin: string,
): { readonly pieces: string[]; readonly tooLargeCount: number } {
  const pieces: string[] = [];
  let tooLargeCount = 0;
  let parts: string[] = [];
  let sizeBytes = 0;
  const close = (): void => {
    if (parts.length > 0) pieces.push(`{"origin":"${origin}","messages":[${parts.join(',')}]}`);
    parts = [];
    sizeBytes = 0;
  };
  for (const { workspaceId, topic, key, permission, data } of messages) {
    const wire: WireMessage = [workspaceId, topic, key ?? null, permission, data];
    const json = JSON.stringify(wire, (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    const jsonBytes = Buffer.byteLength(json) + 1;
    if (jsonBytes > PAYLOAD_BYTES_MAX) {
      tooLargeCount += 1;
      continue;
    }
    if (sizeBytes + jsonBytes > PAYLOAD_BYTES_MAX) close();
    parts.push(json);
    sizeBytes += jsonBytes;
  }
  close();
  return { pieces, tooLargeCount };
}

function hearPiece(
  payload: string,
  options: {
    readonly origin: string;
    readonly onMessage: (message: Broadcast) => void;
    readonly onFault: (error: unknown) => void;
  },
): void {
  try {
    const piece = JSON.parse(payload) as { readonly origin: string; readonly messages: readonly WireMessage[] };
    if (piece.origin === options.origin) return;
    for (const [workspaceId, topic, key, permission, data] of piece.messages) {
      options.onMessage({ workspaceId, topic, permission, data, ...(key === null ? {} : { key }) });
    }
  } catch (error) {
    options.onFault(error);
  }
}
