/** For tests of identity: the real server and database with identity mounted, a clock that is set by hand, and browsers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '#kernel';
import { loadConfig } from '#platform/config';
import { type EmittedEvent, newId } from '#platform/db';
import type { Domain, Platform } from '#platform/domain';
import { openFileStore } from '#platform/files';
import { createHttp, type InjectedAnswer } from '#platform/http';
import { createNotify } from '#platform/notify';
import { createTelemetry } from '#platform/telemetry';
import { openTestDatabase } from '#platform/testing';
import { identity } from './domain.ts';
import { createSetupLink } from './setup.ts';

export const OWNER = { name: 'Ana Ferreyra', email: 'Ana@Example.com', password: 'tres gatos y un pez' };

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly ip?: string;
  readonly userAgent?: string;
}

type Inject = (call: Call & { readonly url: string; readonly cookie: string | null }) => Promise<InjectedAnswer>;

/** A browser: keeps the session cookie between calls. */
export class Browser {
  cookie: string | null = null;
  readonly #inject: Inject;

  constructor(inject: Inject) {
    this.#inject = inject;
  }

  async call(url: string, call: Call = {}): Promise<InjectedAnswer> {
    const answer = await this.#inject({ ...call, url, cookie: this.cookie });
    const setCookies = [answer.headers['set-cookie'] ?? []].flat().map(String);
    for (const line of setCookies) {
      const [pair = ''] = line.split(';');
      this.cookie = pair.endsWith('=') ? null : pair;
    }
    return answer;
  }
}

export type TestServer = Awaited<ReturnType<typeof openTestServer>>;

/** `extraDomains` come after identity; `argv` are flags such as `--empty`; `env` are settings. */
export async function openTestServer(
  options: {
    readonly extraDomains?: readonly Domain[];
    readonly argv?: string[];
    readonly env?: Record<string, string>;
  } = {},
) {
  const domains = [identity, ...(options.extraDomains ?? [])];
  const dataDir = await mkdtemp(join(tmpdir(), 'cactus-identity-'));
  const env = {
    CACTUS_RATE_LIMITS_PUBLIC_WRITES_PER_MINUTE: '0',
    CACTUS_RATE_LIMITS_WRITES_PER_MINUTE: '0',
    CACTUS_RATE_LIMITS_READS_PER_MINUTE: '0',
    ...options.env,
  };
  const loaded = loadConfig({ env, argv: options.argv ?? [], cwd: dataDir, domains });
  assert(loaded.ok, `test server: ${JSON.stringify(loaded)}`);
  const { db, close: closeDatabase } = await openTestDatabase(domains);
  const emitted: EmittedEvent[] = [];
  db.attachOutbox({
    check: (event) => event,
    record: (_tx, events) => Promise.resolve((outcome) => outcome === 'committed' && emitted.push(...events)),
  });
  const telemetry = createTelemetry({ level: 'error', shape: 'json', write: () => undefined });
  const time = { nowMs: Date.UTC(2026, 10, 21, 12) };
  const clock = (): number => time.nowMs;
  const realtime = { broadcast: () => undefined };
  const platform = {
    config: loaded.value.config,
    clock,
    newId,
    db,
    files: await openFileStore({ dataDir, db, clock, newId }),
    notify: createNotify({ realtime, clock, newId }),
    realtime,
    telemetry,
    roles: new Set(['web']),
    domains,
  } as unknown as Platform;
  const http = await createHttp({
    config: platform.config,
    telemetry,
    permissions: domains.flatMap((domain) => domain.permissions),
    authenticate: (request) => identity.authenticate?.(request, platform) ?? Promise.resolve(null),
  });
  for (const domain of domains) domain.routes?.(http, platform);
  const browser = (): Browser =>
    new Browser(({ method = 'GET', url, body, ip = '127.0.0.1', userAgent = 'test', cookie }) =>
      http.inject({
        method,
        url,
        remoteAddress: ip,
        headers: {
          host: 'localhost',
          origin: 'http://localhost',
          'user-agent': userAgent,
          ...(cookie === null ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      }),
    );
  const close = async (): Promise<void> => {
    await http.close();
    telemetry.stop();
    await closeDatabase();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { http, platform, db, time, emitted, browser, close };
}

/** Answers of the setup page with a fresh link. */
export async function setupAnswers(server: TestServer): Promise<Record<string, string>> {
  const link = await createSetupLink(server.platform);
  assert(link, 'test server: somebody exists already');
  return {
    ...OWNER,
    token: link.token,
    workspaceName: 'Ferreyra Asesores',
    baseCurrency: 'EUR',
    locale: 'es',
    timeZone: 'Europe/Madrid',
  };
}

export interface SetUp {
  readonly owner: Browser;
  readonly userId: string;
  readonly demoWorkspaceId: string;
  readonly realWorkspaceId: string;
}

/** Does the first run and gives the owner's browser. */
export async function setUp(server: TestServer): Promise<SetUp> {
  const owner = server.browser();
  const answer = await owner.call('/api/setup', { method: 'POST', body: await setupAnswers(server) });
  assert(answer.statusCode === 201, `test server: setup answered ${answer.body}`);
  const { userId, workspaceId, realWorkspaceId } = answer.json<Record<string, string>>();
  assert(userId && workspaceId && realWorkspaceId, 'test server: setup names what it made');
  return { owner, userId, demoWorkspaceId: workspaceId, realWorkspaceId };
}

/** Adds a person through the API of `by` and signs her in. */
export async function addUser(
  server: TestServer,
  by: Browser,
  person: { readonly name: string; readonly role: string },
): Promise<{
  readonly browser: Browser;
  readonly userId: string;
  readonly credentials: { readonly email: string; readonly password: string };
}> {
  const credentials = {
    email: `${person.name.toLowerCase()}@example.com`,
    password: `${person.name} tiene un perro verde`,
  };
  const created = await by.call('/api/users', { method: 'POST', body: { ...person, ...credentials } });
  assert(created.statusCode === 201, `test server: adding a person answered ${created.body}`);
  const browser = server.browser();
  const signedIn = await browser.call('/api/sessions', { method: 'POST', body: credentials });
  assert(signedIn.statusCode === 201, `test server: sign-in answered ${signedIn.body}`);
  return { browser, userId: created.json<{ id: string }>().id, credentials };
}
