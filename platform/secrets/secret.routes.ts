/** The secrets page over HTTP. No route answers with a value: there is none to leak. */
import { ok, refuse, type UserRole } from '#kernel';
import { auditChange, type Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { DeleteSecret, ListSecrets, SetSecret } from './contract.ts';
import { SecretDeleted, SecretSet } from './events.ts';

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

export function secretRoutes(http: Http, platform: Pick<Platform, 'db' | 'clock' | 'secrets' | 'domains'>): void {
  const { db, clock, secrets } = platform;
  http.route(ListSecrets, async ({ actor }) =>
    ok({ items: [...(await secrets.list(actor.workspaceId))], keyId: secrets.keyId }),
  );

  http.route(SetSecret, async ({ params: { name }, body, actor: { workspaceId } }) =>
    db.transaction(async (tx) => {
      const set = await secrets.set(tx, { workspaceId, name }, body.value);
      if (!set.ok) return set;
      const { isNew } = set.value;
      const action = isNew ? 'platform.secret.created' : 'platform.secret.replaced';
      await auditChange(platform, tx, { workspaceId, action, subject: name, atMs: clock() });
      tx.emit(SecretSet, { workspaceId, subjectId: name, payload: { name, isNew } });
      return set;
    }),
  );

  http.route(DeleteSecret, async ({ params: { name }, actor: { workspaceId } }) =>
    db.transaction(async (tx) => {
      if (!(await secrets.delete(tx, { workspaceId, name }))) return refuse('secret_not_found');
      await auditChange(platform, tx, { workspaceId, action: 'platform.secret.deleted', subject: name, atMs: clock() });
      tx.emit(SecretDeleted, { workspaceId, subjectId: name, payload: { name } });
      return ok(undefined);
    }),
  );
}
