/** The body of a mail at rest: sealed for its own row, so that one put into another row does not open. */
import { sealedColumn, type SecretScope } from '#platform/secrets';
import { countStaleBodies, lockStaleBodies, updateSealedBody } from './mail.store.ts';

const INSTALLATION = '00000000-0000-0000-0000-000000000000'; // Mail of no workspace.

export function bodyScope(mail: { readonly id: string; readonly workspaceId: string | null }): SecretScope {
  return { workspaceId: mail.workspaceId ?? INSTALLATION, name: `mail.body:${mail.id}` };
}

/** For the change of the master key. */
export const mailBodies = sealedColumn({
  name: 'platform_mails.sealed_body',
  countStale: countStaleBodies,
  lockStale: lockStaleBodies,
  rewrapped: (mail, rewrap) => ({ ...mail, sealedBody: rewrap(bodyScope(mail), mail.sealedBody) }),
  save: updateSealedBody,
});
