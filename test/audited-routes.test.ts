/**
 * Goal: no change leaves the audit trail without an entry. Every route that is not a GET is either called with a valid body,
 * and an entry with its action must appear; or names the action and the file that writes it, where a call needs the outside
 * world; or says why it leaves none. A new route is red until it is in one of the three.
 */
import { readFileSync } from 'node:fs';
import { createSetupLink } from '#identity';
import { assert } from '#kernel';
import { backupRoutes } from '#platform/backups';
import type { Domain } from '#platform/domain';
import { jobRoutes } from '#platform/jobs';
import { notifyRoutes } from '#platform/notify';
import { platformDomain } from '#platform/runtime';
import { secretRoutes } from '#platform/secrets';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { domains as productDomains } from '../main.ts';
import { LEAVES_NONE } from './audited-none.ts';
import { PLANNING_WRITTEN_IN } from './audited-planning.ts';

const CREDENTIALS = 'platform/notify/connection-credential.routes.ts';
const DOCUMENTS = 'domains/portfolios/documents/document.ts';
/** Routes whose call needs a device, a provider, a file or a clock: the action, and the file that writes it. */
const WRITTEN_IN: Readonly<Record<string, readonly [action: string, file: string]>> = {
  ...PLANNING_WRITTEN_IN,
  'POST /api/backups/:backupId/cancellation': ['platform.backup.cancelled', 'platform/backups/backup.routes.ts'],
  'POST /api/backups/:backupId/verifications': ['platform.backup.verify_ordered', 'platform/backups/backup.routes.ts'],
  'POST /api/jobs/:jobId/retry': ['platform.job.retried', 'platform/jobs/jobs.routes.ts'],
  'POST /api/jobs/:jobId/cancel': ['platform.job.cancelled', 'platform/jobs/jobs.routes.ts'],
  'DELETE /api/jobs/:jobId': ['platform.job.discarded', 'platform/jobs/jobs.routes.ts'],
  'PUT /api/imports/files': ['portfolios.import.uploaded', 'domains/portfolios/imports/import.routes.ts'],
  'POST /api/imports': ['portfolios.import.${change}', 'domains/portfolios/imports/import.ts'],
  'POST /api/imports/:importId/cancel': ['portfolios.import.${change}', 'domains/portfolios/imports/import.ts'],
  'POST /api/imports/:importId/confirm': ['portfolios.import.${change}', 'domains/portfolios/imports/import.ts'],
  'PATCH /api/imports/:importId/mapping': ['portfolios.import.${change}', 'domains/portfolios/imports/import.ts'],
  'POST /api/imports/:importId/undo': ['portfolios.import.${change}', 'domains/portfolios/imports/import.ts'],
  'POST /api/portfolio-reports': ['portfolios.${order.kind}.ordered', DOCUMENTS],
  'POST /api/portfolio-dumps': ['portfolios.${order.kind}.ordered', DOCUMENTS],
  'POST /api/portfolio-documents/:documentId/cancellation': ['portfolios.${document.kind}.cancelled', DOCUMENTS],
  'POST /api/invitation-link/acceptance': ['identity.user.created', 'domains/identity/user.ts'],
  'POST /api/invitation-link/joining': ['identity.user.created', 'domains/identity/user.ts'],
  'POST /api/markets/history-gaps/fillings': ['markets.history.fill_asked', 'domains/markets/history.routes.ts'],
  'POST /api/markets/alerts': ['markets.alert.created', 'domains/markets/alert.routes.ts'],
  'PUT /api/markets/alerts/:ruleId': ['markets.alert.changed', 'domains/markets/alert.routes.ts'],
  'DELETE /api/markets/alerts/:ruleId': ['markets.alert.deleted', 'domains/markets/alert.routes.ts'],
  'POST /api/markets/alerts/:ruleId/restoration': ['markets.alert.restored', 'domains/markets/alert.routes.ts'],
  'POST /api/markets/instruments': ['markets.instrument.added', 'domains/markets/instrument.routes.ts'],
  'PUT /api/markets/instruments/:instrumentId/manual-price': [
    'markets.price.recorded',
    'domains/markets/price.routes.ts',
  ],
  'PUT /api/markets/instruments/:instrumentId/provider-symbol': [
    'markets.instrument.symbol_chosen',
    'domains/markets/instrument.routes.ts',
  ],
  'POST /api/markets/quarantine/:instrumentId/settlement': ['markets.price.settled', 'domains/markets/price.routes.ts'],
  'PUT /api/markets/providers/:provider/key': ['markets.provider.key_set', 'domains/markets/provider.routes.ts'],
  'DELETE /api/markets/providers/:provider/key': ['markets.provider.key_deleted', 'domains/markets/provider.routes.ts'],
  'PUT /api/markets/providers/:provider/switch': ['markets.provider.switched', 'domains/markets/provider.routes.ts'],
  'PUT /api/markets/simulator/fault': ['markets.simulator.fault_set', 'domains/markets/provider.routes.ts'],
  'DELETE /api/me/linked-accounts/:linkedAccountId': [
    'identity.account.unlinked',
    'domains/identity/linked-account.ts',
  ],
  'POST /api/me/passkeys': ['identity.passkey.added', 'domains/identity/passkey.ts'],
  'PATCH /api/me/passkeys/:passkeyId': ['identity.passkey.renamed', 'domains/identity/passkey.routes.ts'],
  'DELETE /api/me/passkeys/:passkeyId': ['identity.passkey.removed', 'domains/identity/passkey.ts'],
  'POST /api/me/recovery-codes': ['identity.recovery_codes.replaced', 'domains/identity/totp.ts'],
  'PUT /api/me/totp': ['identity.totp.added', 'domains/identity/totp.ts'],
  'DELETE /api/me/totp': ['identity.totp.removed', 'domains/identity/totp.ts'],
  'PUT /api/notifications/connections/mail/password': ['auditChange(', CREDENTIALS],
  'DELETE /api/notifications/connections/mail/password': ['auditChange(', CREDENTIALS],
  'PUT /api/notifications/connections/telegram/token': ['auditChange(', CREDENTIALS],
  'DELETE /api/notifications/connections/telegram/token': ['auditChange(', CREDENTIALS],
  'POST /api/password-resets': ['identity.user.password_reset_requested', 'domains/identity/reset.ts'],
  'POST /api/password-resets/completion': ['identity.user.password_reset', 'domains/identity/reset.ts'],
  'POST /api/sessions/passkey': ['identity.session.opened', 'domains/identity/admission.ts'],
  'POST /api/sessions/second-step': ['identity.session.opened', 'domains/identity/admission.ts'],
  'DELETE /api/users/:userId/factors': ['identity.factors.reset', 'domains/identity/second-factor.ts'],
  'PUT /api/security-policy': ['identity.security.policy_changed', 'domains/identity/second-factor.ts'],
  'POST /api/webhooks/deliveries/:deliveryId/replays': [
    'webhooks.delivery.replayed',
    'domains/webhooks/delivery.routes.ts',
  ],
  'POST /api/webhooks/endpoints/:endpointId/recoveries': ['webhooks.replay.started', 'domains/webhooks/replay.ts'],
  'POST /api/webhooks/replays/:replayId/cancellations': ['webhooks.replay.cancelled', 'domains/webhooks/replay.ts'],
  'DELETE /api/workspaces/:workspaceId': ['identity.workspace.removed', 'domains/identity/workspace.ts'],
};

const PASSWORD = 'tres gatos y un pez';
let server: TestServer;
let owner: TestBrowser;
let made = 0;

/** What a process mounts: the platform's own routes, then every domain of main.ts. */
const platformRoutes: Domain = {
  ...platformDomain,
  routes: (http, platform) => {
    notifyRoutes(http, platform);
    secretRoutes(http, platform);
    backupRoutes(http, platform);
  },
};

beforeAll(async () => {
  server = await testServer([platformRoutes, ...productDomains]);
  jobRoutes(server.http, server.platform.jobs, server.platform);
  server.platform.db.attachJobQueue({ add: async () => undefined });
  owner = server.browser();
}, 120_000);
afterAll(() => server.close());

type Facts = Readonly<Record<string, unknown>>;
interface Sent {
  readonly by?: TestBrowser;
  readonly body?: unknown;
  readonly version?: string;
}

async function send(route: string, ids: Readonly<Record<string, string>>, sent: Sent = {}): Promise<Facts> {
  const [method, path = ''] = route.split(' ');
  const url = path.replaceAll(/:([A-Za-z]+)/g, (_all, name: string) => ids[name] ?? '');
  const answer = await (sent.by ?? owner).call(url, {
    method: method as 'POST',
    ...(sent.body === undefined ? {} : { body: sent.body }),
    headers: { 'if-match': sent.version ?? '*' },
  });
  assert(answer.statusCode < 300, `audited routes: ${route} answered ${answer.statusCode} ${answer.body}`);
  return answer.body === '' ? {} : answer.json<Facts>();
}

const idOf = (facts: Facts): string => String(facts['id']);
const numbered = (word: string): string => `${word} ${(made += 1)}`;

async function person(role: string): Promise<{ id: string; browser: TestBrowser }> {
  const credentials = { email: `p${(made += 1)}@example.com`, password: PASSWORD };
  const id = idOf(await send('POST /api/users', {}, { body: { name: numbered('Persona'), role, ...credentials } }));
  const browser = server.browser();
  await send('POST /api/sessions', {}, { by: browser, body: credentials });
  return { id, browser };
}
const portfolio = async (): Promise<string> =>
  idOf(await send('POST /api/portfolios', {}, { body: { name: numbered('Cartera') } }));
const operation = (): Facts => ({
  type: 'deposit',
  date: '2026-01-05',
  accountName: 'Banco',
  amount: '100',
  currency: 'EUR',
  idempotencyKey: numbered('operation'),
});
const model = async (): Promise<string> => idOf(await send('POST /api/models', {}, { body: modelBody() }));
const modelBody = (): Facts => ({
  name: numbered('Modelo'),
  riskProfile: 'balanced',
  targets: [{ assetClass: 'equity', weightBps: 10_000, band: { kind: 'absolute', bps: 500 } }],
});
const token = async (): Promise<string> => {
  const body = { name: numbered('Robot'), scopes: ['identity.users.read'] };
  const { token: made1, id, apiToken } = await send('POST /api/api-tokens', {}, { body });
  return String(id ?? (made1 as Facts | undefined)?.['id'] ?? (apiToken as Facts | undefined)?.['id']);
};
const invitation = async (): Promise<string> => {
  const body = { email: `i${(made += 1)}@example.com`, role: 'adviser' };
  return idOf((await send('POST /api/invitations', {}, { body }))['invitation'] as Facts);
};
const team = async (managerUserId: string, adviserUserIds: string[] = []): Promise<string> =>
  idOf(await send('POST /api/teams', {}, { body: { name: numbered('Equipo'), managerUserId, adviserUserIds } }));
const change = async (): Promise<string> => {
  const [manager, adviser] = [await person('manager'), await person('adviser')];
  const teamId = await team(manager.id);
  const body = { adviserUserId: adviser.id, teamId, reason: 'Porque sí' };
  return idOf(await send('POST /api/manager-changes', {}, { by: adviser.browser, body }));
};
const webhook = async (): Promise<string> => {
  const body = { url: 'https://example.com/hook' };
  const answer = await send('POST /api/webhooks/endpoints', {}, { body });
  return idOf((answer['endpoint'] as Facts | undefined) ?? answer);
};

/** Prepares what the route needs and calls it last; its action is what the trail must then show. */
const CALLS: Readonly<Record<string, readonly [action: string, call: (route: string) => Promise<unknown>]>> = {
  'POST /api/setup': ['identity.setup.completed', () => setUp()],
  'POST /api/sessions': ['identity.session.opened', () => person('analyst')],
  'POST /api/users': ['identity.user.created', () => person('analyst')],
  'PUT /api/users/:userId/role': [
    'identity.user.role_changed',
    async (route) => send(route, { userId: (await person('analyst')).id }, { body: { role: 'trader' } }),
  ],
  'PUT /api/users/:userId/access': [
    'identity.user.disabled',
    async (route) => send(route, { userId: (await person('analyst')).id }, { body: { isDisabled: true } }),
  ],
  'POST /api/users/:userId/password-resets': [
    'identity.user.password_reset_issued',
    async (route) => send(route, { userId: (await person('analyst')).id }),
  ],
  'PATCH /api/me': ['identity.user.profile_changed', (route) => send(route, {}, { body: { name: 'Ana Luz' } })],
  'PUT /api/me/password': [
    'identity.user.password_changed',
    async (route) => {
      const body = { currentPassword: PASSWORD, newPassword: 'cuatro perros y un loro' };
      return send(route, {}, { by: (await person('analyst')).browser, body });
    },
  ],
  'POST /api/me/proofs': [
    'identity.session.proved',
    (route) => send(route, {}, { body: { method: 'password', password: PASSWORD } }),
  ],
  'PUT /api/me/workspace': ['identity.session.moved', (route) => moveAndBack(route)],
  'DELETE /api/sessions': ['identity.session.others_closed', (route) => send(route, {})],
  'DELETE /api/sessions/:sessionId': ['identity.session.closed', (route) => closeOne(route)],
  'DELETE /api/sessions/current': [
    'identity.session.closed',
    async (route) => send(route, {}, { by: (await person('analyst')).browser }),
  ],
  'POST /api/api-tokens': ['identity.api_token.created', () => token()],
  'DELETE /api/api-tokens/:apiTokenId': [
    'identity.api_token.revoked',
    async (route) => send(route, { apiTokenId: await token() }),
  ],
  'DELETE /api/workspace/api-tokens/:apiTokenId': [
    'identity.api_token.revoked',
    async (route) => send(route, { apiTokenId: await token() }),
  ],
  'POST /api/invitations': ['identity.invitation.created', () => invitation()],
  'PUT /api/invitations/:invitationId/link': [
    'identity.invitation.renewed',
    async (route) => send(route, { invitationId: await invitation() }),
  ],
  'DELETE /api/invitations/:invitationId': [
    'identity.invitation.revoked',
    async (route) => send(route, { invitationId: await invitation() }),
  ],
  'POST /api/teams': ['identity.team.created', async () => team((await person('manager')).id)],
  'PUT /api/teams/:teamId': [
    'identity.team.updated',
    async (route) => {
      const managerUserId = (await person('manager')).id;
      const body = { name: numbered('Otro'), managerUserId, adviserUserIds: [] };
      return send(route, { teamId: await team(managerUserId) }, { body });
    },
  ],
  'DELETE /api/teams/:teamId': [
    'identity.team.removed',
    async (route) => send(route, { teamId: await team((await person('manager')).id) }),
  ],
  'POST /api/manager-changes': ['identity.manager_change.asked', () => change()],
  'PUT /api/manager-changes/:requestId/decision': [
    'identity.manager_change.approved',
    async (route) => send(route, { requestId: await change() }, { body: { isApproved: true } }),
  ],
  'DELETE /api/manager-changes/:requestId': [
    'identity.manager_change.cancelled',
    async (route) => send(route, { requestId: await change() }),
  ],
  'POST /api/portfolios': ['portfolios.portfolio.created', () => portfolio()],
  'PATCH /api/portfolios/:portfolioId': [
    'portfolios.portfolio.renamed',
    async (route) => send(route, { portfolioId: await portfolio() }, { body: { name: numbered('Nombre') } }),
  ],
  'DELETE /api/portfolios/:portfolioId': [
    'portfolios.portfolio.deleted',
    async (route) => send(route, { portfolioId: await portfolio() }),
  ],
  'PUT /api/portfolios/:portfolioId/assignment': [
    'portfolios.portfolio.assigned',
    async (route) => {
      const body = { adviserUserId: (await person('adviser')).id, clientUserId: null };
      return send(route, { portfolioId: await portfolio() }, { body });
    },
  ],
  'POST /api/models': ['portfolios.model.created', () => model()],
  'PUT /api/portfolios/:portfolioId/model': [
    'portfolios.model.assigned',
    async (route) => send(route, { portfolioId: await portfolio() }, { body: { modelId: await model() } }),
  ],
  'PUT /api/portfolios/:portfolioId/tax/settings': [
    'portfolios.tax_settings.changed',
    async (route) => {
      const body = { jurisdiction: 'OTHER', method: 'lifo', listings: {}, carriedLosses: [] };
      return send(route, { portfolioId: await portfolio() }, { body });
    },
  ],
  'POST /api/portfolios/:portfolioId/operations': [
    'portfolios.operation.recorded',
    async (route) => send(route, { portfolioId: await portfolio() }, { body: operation() }),
  ],
  'POST /api/portfolios/:portfolioId/operations/:operationId/reversal': [
    'portfolios.operation.reversed',
    async (route) => {
      const portfolioId = await portfolio();
      const recording = 'POST /api/portfolios/:portfolioId/operations';
      const { operationId } = await send(recording, { portfolioId }, { body: operation() });
      return send(route, { portfolioId, operationId: String(operationId) }, { body: {} });
    },
  ],
  'PUT /api/secrets/:name': [
    'platform.secret.created',
    (route) => send(route, { name: 'broker.key' }, { body: { value: 'abc' } }),
  ],
  'DELETE /api/secrets/:name': ['platform.secret.deleted', (route) => send(route, { name: 'broker.key' })],
  'POST /api/backups': ['platform.backup.ordered', (route) => send(route, {})],
  'POST /api/jobs/schedules/:name/run': [
    'platform.job.run',
    (route) => send(route, { name: 'identity.sessions.purge' }),
  ],
  'POST /api/webhooks/endpoints': ['webhooks.endpoint.created', () => webhook()],
  'PATCH /api/webhooks/endpoints/:endpointId': [
    'webhooks.endpoint.changed',
    async (route) => send(route, { endpointId: await webhook() }, { body: { description: 'x' } }),
  ],
  'DELETE /api/webhooks/endpoints/:endpointId': [
    'webhooks.endpoint.removed',
    async (route) => send(route, { endpointId: await webhook() }),
  ],
  'POST /api/webhooks/endpoints/:endpointId/secret-rotations': [
    'webhooks.endpoint.rotated',
    async (route) => send(route, { endpointId: await webhook() }, { body: {} }),
  ],
  'DELETE /api/webhooks/endpoints/:endpointId/previous-secret': [
    'webhooks.endpoint.rotated',
    async (route) => send(route, { endpointId: await webhook() }),
  ],
  'POST /api/webhooks/endpoints/:endpointId/test-events': [
    'webhooks.endpoint.tested',
    async (route) => send(route, { endpointId: await webhook() }),
  ],
  'POST /api/webhooks/replays': ['webhooks.replay.started', (route) => send(route, {}, { body: {} })],
};

async function setUp(): Promise<void> {
  const link = await createSetupLink(server.platform);
  const who = { name: 'Ana', email: 'owner@example.com', password: PASSWORD };
  const place = { workspaceName: 'Casa', baseCurrency: 'EUR', locale: 'es', timeZone: 'Europe/Madrid' };
  await send('POST /api/setup', {}, { body: { token: link?.token, ...who, ...place } });
}

async function moveAndBack(route: string): Promise<void> {
  const me = (await owner.call('/api/me')).json<{ workspace: { id: string } }>();
  await send(route, {}, { body: { workspaceId: me.workspace.id } });
}

async function closeOne(route: string): Promise<void> {
  const { browser } = await person('analyst');
  const { items } = (await browser.call('/api/sessions')).json<{ items: { id: string }[] }>();
  await send(route, { sessionId: items[0]?.id ?? '' }, { by: browser });
}

/** How often the trail of the installation has an action. */
async function countOf(action: string): Promise<number> {
  const rows = await server.platform.db.prepared<{ count: bigint }>(
    'test.audit.count',
    'select count(*) as count from identity_audit_entries where action = $1',
    [action],
  );
  return Number(rows[0]?.count ?? 0n);
}

test.each(Object.entries(CALLS))('%s leaves its entry', async (route, [action, call]) => {
  const before = await countOf(action);
  await call(route);
  expect([route, (await countOf(action)) > before]).toEqual([route, true]);
});

test.each(Object.entries(WRITTEN_IN))('%s is written down where it says', (_route, [action, file]) => {
  expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).toContain(action);
});

test('every route that changes something is in exactly one list, and no list names one that is gone', () => {
  const mounted = server.http.endpoints.filter(({ method }) => method !== 'GET');
  const routes = mounted.map(({ method, path }) => `${method} ${path}`).toSorted();
  const listed = [...Object.keys(CALLS), ...Object.keys(WRITTEN_IN), ...Object.keys(LEAVES_NONE)].toSorted();
  expect(listed).toEqual(routes);
  expect(Object.values(LEAVES_NONE).filter((reason) => reason.length < 20)).toEqual([]);
});
