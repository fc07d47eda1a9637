/**
 * Signing secrets at rest: sealed by platform/secrets for their endpoint, so that a copy of the database alone cannot sign
 * and a record moved to another endpoint does not open. Those sealed before by this domain's own key still open.
 */
import { join } from 'node:path';
import { openOldBox, type Secrets, type SecretScope } from '#platform/secrets';

export interface EndpointName {
  readonly workspaceId: string;
  readonly id: string;
}

export interface SecretBox {
  seal(endpoint: EndpointName, secret: string): string;
  /** Throws `secret_not_readable` when the key is another one or the text was changed. */
  open(endpoint: EndpointName, sealed: string): string;
  /** The same secret under the newest master key, whatever it was sealed with. */
  rewrap(endpoint: EndpointName, sealed: string): string;
}

/** The box of this installation. */
export function openSecretBox(options: {
  readonly secrets: Pick<Secrets, 'seal' | 'open' | 'rewrap'>;
  readonly dataDir: string;
  readonly secretKey?: string | undefined;
}): SecretBox {
  const old = openOldBox({
    keyFile: join(options.dataDir, 'secrets', 'webhooks.key'),
    passphrase: options.secretKey,
  });
  return {
    seal: (endpoint, secret) => options.secrets.seal(scopeOf(endpoint), secret),
    open: (endpoint, sealed) =>
      old.holds(sealed) ? old.open(sealed) : options.secrets.open(scopeOf(endpoint), sealed),
    rewrap: (endpoint, sealed) =>
      old.holds(sealed)
        ? options.secrets.seal(scopeOf(endpoint), old.open(sealed))
        : options.secrets.rewrap(scopeOf(endpoint), sealed),
  };
}

function scopeOf({ workspaceId, id }: EndpointName): SecretScope {
  return { workspaceId, name: `webhooks.endpoint:${id}` };
}
