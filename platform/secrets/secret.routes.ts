/** The secrets page over HTTP. No route answers with a value: there is none to leak. */
import { ok, refuse, type UserRole } from '#kernel';
import type { Database } from '#platform/db';
import type { Http } from '#platform/http';
import { DeleteSecret, ListSecrets, SetSecret } from './contract.ts';
import type { Secrets } from './types.ts';

const ROLES: readonly UserRole[] = ['owner', 'admin'];

/** For the permission catalogue. */
export const SECRET_PERMISSIONS = [
  {
    name: 'platform.secrets.read',
    summary: 'See which secrets are kept, never their values',
    summaryEs: 'Ver qué secretos se guardan, nunca su valor',
    roles: ROLES,
  },
  {
    name: 'platform.secrets.write',
    summary: 'Set, replace and delete secrets',
    summaryEs: 'Guardar, cambiar y borrar secretos',
    roles: ROLES,
  },
] as const;

export function secretRoutes(http: Http, { db, secrets }: { readonly db: Database; readonly secrets: Secrets }): void {
  http.route(ListSecrets, async ({ actor }) =>
    ok({ items: [...(await secrets.list(actor.workspaceId))], keyId: secrets.keyId }),
  );

  http.route(SetSecret, async ({ params, body, actor }) => {
    const scope = { workspaceId: actor.workspaceId, name: params.name };
    return db.transaction((tx) => secrets.set(tx, scope, body.value));
  });

  http.route(DeleteSecret, async ({ params, actor }) => {
    const scope = { workspaceId: actor.workspaceId, name: params.name };
    const isDeleted = await db.transaction((tx) => secrets.delete(tx, scope));
    return isDeleted ? ok(undefined) : refuse('secret_not_found');
  });
}
