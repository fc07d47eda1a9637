/** What identity keeps sealed, and for what each is sealed: the keys of authenticator apps and the private signing keys. */
import { type SealedColumn, sealedColumn, type SecretScope } from '#platform/secrets';
import { INSTALLATION_CHAIN } from './audit.ts';
import { countStaleSigningKeys, lockStaleSigningKeys, updateSealedSigningKey } from './signing-key.store.ts';
import { countStaleTotps, lockStaleTotps, updateSealedTotp } from './totp.store.ts';

/** A person belongs to no single workspace, so her key is the installation's. */
export function totpScope(userId: string): SecretScope {
  return { workspaceId: INSTALLATION_CHAIN, name: `identity.totp:${userId}` };
}

/** Of the installation, not of a workspace. */
export function signingKeyScope(id: string): SecretScope {
  return { workspaceId: INSTALLATION_CHAIN, name: `identity.signing_key:${id}` };
}

/** For the change of the master key. */
export const identitySealedColumns: readonly SealedColumn[] = [
  sealedColumn({
    name: 'identity_totp_keys.sealed_secret',
    countStale: countStaleTotps,
    lockStale: lockStaleTotps,
    rewrapped: (row, rewrap) => ({ ...row, sealedSecret: rewrap(totpScope(row.id), row.sealedSecret) }),
    save: updateSealedTotp,
  }),
  sealedColumn({
    name: 'identity_signing_keys.sealed_private_jwk',
    countStale: countStaleSigningKeys,
    lockStale: lockStaleSigningKeys,
    rewrapped: (row, rewrap) => ({ ...row, sealedPrivateJwk: rewrap(signingKeyScope(row.id), row.sealedPrivateJwk) }),
    save: updateSealedSigningKey,
  }),
];
