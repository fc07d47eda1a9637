/** The answers of a signed-in owner, for tests of the shell. */
import type { FakeRoutes } from './fake-server.ts';

export const OWNER_ME = {
  user: {
    id: '01975f3c-7a00-7000-8000-000000000002',
    email: 'ana@example.com',
    name: 'Ana Ferreyra',
    locale: 'es',
    timeZone: 'Europe/Madrid',
  },
  sessionId: '01975f3c-7a00-7000-8000-000000000003',
  role: 'owner',
  permissions: ['identity.users.update', 'identity.workspaces.remove'],
  workspace: { id: '01975f3c-7a00-7000-8000-000000000001', name: 'Ferreyra', kind: 'real', baseCurrency: 'EUR' },
  workspaces: [
    { id: '01975f3c-7a00-7000-8000-000000000001', name: 'Ferreyra', kind: 'real', baseCurrency: 'EUR', role: 'owner' },
    { id: '01975f3c-7a00-7000-8000-000000000004', name: 'Ejemplo', kind: 'demo', baseCurrency: 'EUR', role: 'owner' },
  ],
};

const NOTICES = [
  {
    id: '01975f3c-7a00-7000-8000-000000000011',
    kind: 'tests.unknown.kind',
    payload: { asset: 'VWCE' },
    href: '/ajustes',
    createdAtMs: Date.UTC(2026, 10, 20, 9, 30),
    isRead: false,
  },
];

/** What the frame asks on every page. */
export function sessionRoutes(me: unknown = OWNER_ME): FakeRoutes {
  return {
    'GET /api/me': () => ({ body: me }),
    'GET /api/notifications/unread-count': () => ({ body: { unreadCount: 1 } }),
    'GET /api/notifications': () => ({ body: { items: NOTICES, next: null, unreadCount: 1 } }),
    'DELETE /api/sessions/current': () => ({ status: 204 }),
  };
}
