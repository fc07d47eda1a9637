/** The mail password and the bot's token, entered by a keeper: sealed, never read back, used from the next message on. */
import { ok, refuse, type Result } from '#kernel';
import { auditChange, type Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import { BOT_TOKEN, MAIL_PASSWORD, type SecretScope } from '#platform/secrets';
import { ConnectionChanged, RemoveBotToken, RemoveMailPassword, SetBotToken, SetMailPassword } from './contract.ts';

type CredentialPlatform = Pick<Platform, 'db' | 'clock' | 'secrets' | 'telegram' | 'mail' | 'domains'>;
type Connection = 'mail' | 'telegram';
type Refused = 'credential_in_settings' | 'credential_not_found' | 'secrets_full';

interface Change {
  readonly connection: Connection;
  readonly actor: Actor;
  /** Null deletes it. */
  readonly value: string | null;
}

const SCOPES: Readonly<Record<Connection, SecretScope>> = { mail: MAIL_PASSWORD, telegram: BOT_TOKEN };

export function credentialRoutes(http: Http, platform: CredentialPlatform): void {
  http.route(SetMailPassword, ({ body, actor }) =>
    change(platform, { connection: 'mail', actor, value: body.password }),
  );
  http.route(RemoveMailPassword, ({ actor }) => change(platform, { connection: 'mail', actor, value: null }));
  http.route(SetBotToken, ({ body, actor }) => change(platform, { connection: 'telegram', actor, value: body.token }));
  http.route(RemoveBotToken, ({ actor }) => change(platform, { connection: 'telegram', actor, value: null }));
}

async function change(
  platform: CredentialPlatform,
  { connection, actor, value }: Change,
): Promise<Result<undefined, Refused>> {
  const { db, clock, secrets, mail, telegram } = platform;
  const { workspaceId } = actor;
  const { source } = await (connection === 'mail' ? mail.passwordFact() : telegram.tokenFact());
  if (source === 'settings') return refuse('credential_in_settings');
  return db.transaction(async (tx) => {
    if (value === null) {
      if (!(await secrets.delete(tx, SCOPES[connection]))) return refuse('credential_not_found');
    } else {
      const set = await secrets.set(tx, SCOPES[connection], value);
      if (!set.ok) return set;
      if (connection === 'telegram') await telegram.requestCheck(tx);
    }
    const verb = value === null ? 'removed' : 'set';
    const action = `platform.connection.credential_${verb}`;
    await auditChange(platform, tx, { workspaceId, action, subject: connection, atMs: clock() });
    tx.emit(ConnectionChanged, { workspaceId, subjectId: connection, payload: { connection, isSet: value !== null } });
    return ok(undefined);
  });
}
