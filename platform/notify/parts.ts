/** What the parts of notify stand on. */
import type { Clock } from '#kernel';
import type { Config } from '#platform/config';
import type { Database } from '#platform/db';
import type { MailDoor } from '#platform/mail';
import type { TelegramDoor } from '#platform/telegram';
import type { Log } from '#platform/telemetry';
import type { NoticeKind, Person } from './types.ts';

export interface NotifyParts {
  readonly db: Database;
  readonly config: Pick<Config, 'publicUrl'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
  readonly mail: MailDoor;
  readonly telegram: TelegramDoor;
  readonly kinds: ReadonlyMap<string, NoticeKind>;
  /** Who can be told in a workspace; nobody who was disabled. */
  readonly people: (workspaceId: string) => Promise<readonly Person[]>;
}
