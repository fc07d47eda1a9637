/** What the tests of this domain stand on: the real server with webhooks, two workspaces, a clock to step, and receivers. */
import { EVERY_ROW, type UserRole } from '#kernel';
import { newId } from '#platform/db';
import type { Actor, InjectedAnswer } from '#platform/http';
import { type TestCall, testServer, type TestServer } from '#platform/testing';
import type { Completion } from './delivery.ts';
import { identity } from '../identity/domain.ts';
import { webhooks } from './domain.ts';
import { type Engine, engineOf } from './engine.ts';

export interface EndpointAnswer {
  readonly id: string;
  readonly url: string;
  readonly version: number;
  readonly isEnabled: boolean;
  readonly disabledReason: string | null;
  readonly failingSinceMs: number | null;
  readonly nextProbeAtMs: number | null;
  readonly publicKeys: readonly { readonly publicKey: string }[];
  readonly secrets: readonly unknown[];
}
export interface DeliveryAnswer {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly state: Completion['state'] | 'sending';
  readonly attempts: number;
  readonly nextAttemptAtMs: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

const SETTLE_ROUNDS_MAX = 1000; // A line of a thousand.
const PATIENT_MS = 20_000; // A busy machine must not turn a receiver that answers into one that does not.

export interface TestHouse extends TestServer {
  readonly engine: Engine;
  readonly workspaceId: string;
  readonly otherWorkspaceId: string;
  /** Asks as a role of a workspace; `nobody` is not signed in. */
  as(role: UserRole | 'nobody', workspaceId?: string): (url: string, call?: TestCall) => Promise<InjectedAnswer>;
  addEndpoint(
    url: string,
    filters?: readonly string[],
    service?: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly endpoint: EndpointAnswer; readonly secret: string }>;
  publish(type: string, data?: Record<string, unknown>): Promise<{ readonly id: string; readonly sequence: string }>;
  deliveries(query?: string): Promise<readonly DeliveryAnswer[]>;
  /** Waits until nothing is under way, not even a line that moves on. */
  settled(): Promise<void>;
  /** Moves the clock, takes what is due, and waits until it has ended. */
  sweepAfter(byMs: number): Promise<void>;
}

/** Opens it; close it in `afterAll`. Loopback receivers are allowed unless the settings say otherwise. */
export async function openHouse(settings: Record<string, unknown> = {}): Promise<TestHouse> {
  const [workspaceId, otherWorkspaceId] = [newId(), newId()];
  const server = await testServer([identity, webhooks], {
    settings: { webhooks: { allowPrivateNetworks: true, timeoutMs: PATIENT_MS, ...settings } },
    actor: ({ cookies }) => actorOf(cookies['actor']),
  });
  const engine = engineOf(server.platform);
  const browser = server.browser();
  const as: TestHouse['as'] =
    (role, workspace = workspaceId) =>
    (url, call = {}) => {
      browser.cookie = `actor=${role}.${workspace}`;
      return browser.call(url, call);
    };
  const settled = async (): Promise<void> => {
    // The end of one attempt may let the next in line go, so ask until a look finds nothing new.
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round += 1) {
      await engine.lines.idle();
      await engine.dispatcher.idle();
      if (engine.lines.isIdle() && engine.dispatcher.figures().queuedCount === 0) return;
    }
  };
  return {
    ...server,
    engine,
    workspaceId,
    otherWorkspaceId,
    as,
    async addEndpoint(url, filters = [], service = {}) {
      const body = { url, filters, ...service };
      const answer = await as('owner')('/api/webhooks/endpoints', { method: 'POST', body });
      return answer.json();
    },
    async publish(type, data = {}) {
      const answer = await as('owner')('/api/events', { method: 'POST', body: { type, data } });
      return answer.json();
    },
    async deliveries(query = '') {
      const answer = await as('owner')(`/api/webhooks/deliveries?${query}`);
      return answer.json<{ readonly items: readonly DeliveryAnswer[] }>().items;
    },
    settled,
    async sweepAfter(byMs) {
      server.platform.time.advance(byMs);
      await engine.sweep();
      await settled();
    },
    async close() {
      await engine.dispatcher.stop();
      await server.close();
    },
  };
}

function actorOf(cookie: string | undefined): Actor | null {
  const [role, workspaceId = ''] = (cookie ?? 'nobody').split('.');
  if (role === 'nobody') return null;
  const held = webhooks.permissions.filter((permission) => permission.roles.some((holder) => holder === role));
  return {
    userId: newId(),
    sessionId: newId(),
    workspaceId,
    role: role as UserRole,
    permissions: new Set(held.map(({ name }) => name)),
    rows: EVERY_ROW,
  };
}
