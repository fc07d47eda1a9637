/** The answers of a signed-in owner, for tests of the shell. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FakeRoutes } from './fake-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

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

/** An owner who holds every permission that the web app asks about. */
export function mightyOwner(): typeof OWNER_ME {
  const sources = globSync(['web/**/*.{ts,tsx}', 'domains/*/web/**/*.{ts,tsx}'], { cwd: root });
  const named = sources.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/(?:permission: |useCan\()'([\w.-]+\.[\w.-]+)'/g)].map(
      ([, permission = '']) => permission,
    ),
  );
  return { ...OWNER_ME, permissions: [...new Set([...OWNER_ME.permissions, ...named])] };
}

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
