/**
 * Where the change under way came from: address, agent, person and credential of the request. Carried beside the call, not
 * through it, so that no audit entry can forget it; null in jobs and on the command line.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor, RequestFacts } from './types.ts';

export interface RequestOrigin {
  readonly ip: string;
  readonly userAgent: string;
  readonly userId: string | null;
  /** Id of the browser session or of the API token. */
  readonly credentialId: string | null;
}

const origins = new AsyncLocalStorage<RequestOrigin>();

/** Runs a handler with its origin known to everything it calls. */
export function withOrigin<Value>(
  request: { readonly facts: RequestFacts; readonly actor: Actor | null },
  run: () => Promise<Value>,
): Promise<Value> {
  const { facts, actor } = request;
  const { ip, userAgent } = facts;
  return origins.run({ ip, userAgent, userId: actor?.userId ?? null, credentialId: actor?.sessionId ?? null }, run);
}

/** The origin of the request that this code works for; null when nobody asked. */
export function currentOrigin(): RequestOrigin | null {
  return origins.getStore() ?? null;
}
