/** How notifications reach a person: her rules, her channels, tests, and what became of her messages. */
import { ok, refuse, type Result } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import {
  ListDeliveries,
  OfferTelegramLink,
  ReadPreferences,
  RemoveTelegramLink,
  SendTest,
  UpdatePreferences,
} from './contract.ts';
import { listDeliveries } from './delivery.store.ts';
import { isWanted } from './delivery-plan.ts';
import { noticeCatalogue } from './notify.ts';
import { TEST_KIND } from './platform-kinds.ts';
import { findPreferences, upsertPreferences } from './preference.store.ts';
import type { Channel, NoticeKind, Person } from './types.ts';

export type ChannelPlatform = Pick<Platform, 'db' | 'clock' | 'mail' | 'telegram' | 'notify' | 'domains'> & {
  readonly directory: (workspaceId: string) => Promise<readonly Person[]>;
};

export function channelRoutes(http: Http, platform: ChannelPlatform): void {
  const { db, telegram } = platform;
  const catalogue = noticeCatalogue(platform.domains);
  http.route(ReadPreferences, async ({ actor }) => ok(await readPreferences(platform, catalogue, actor)));

  http.route(UpdatePreferences, async ({ body, actor }) => {
    const unknown = body.rules.find(({ kind }) => !mayBeTold(catalogue.get(kind), actor));
    if (unknown) return refuse('kind_unknown', { kind: unknown.kind });
    await db.transaction((tx) => upsertPreferences(tx, actor.userId, body));
    return ok(undefined);
  });

  http.route(ListDeliveries, async ({ query, actor }) => {
    const deliveries = await listDeliveries(db, actor, query.limit);
    const mailIds = deliveries.flatMap(({ mailId }) => (mailId === null ? [] : [mailId]));
    const mails = new Map((await platform.mail.findAll(db, mailIds)).map((mail) => [mail.id, mail]));
    const items = deliveries.map(({ mailId, heldReason: _reason, errorDetail: _detail, href: _href, ...delivery }) => {
      // A mail's fate is known to the mail; the row here only knows that it was handed over.
      const mail = mails.get(mailId ?? '');
      const fate = mail ? pick(mail, ['state', 'attempts', 'errorCode', 'sentAtMs']) : {};
      return { ...delivery, ...fate, text: catalogue.get(delivery.kind)?.text ?? null };
    });
    return ok({ items });
  });

  http.route(SendTest, ({ body, actor }) => sendTest(platform, actor, body.channel));

  http.route(OfferTelegramLink, async ({ actor }) => {
    if (!(await telegram.isConfigured())) return refuse('channel_not_configured');
    const { userId, workspaceId } = actor;
    return ok(await db.transaction((tx) => telegram.offerLink(tx, { userId, workspaceId })));
  });

  http.route(RemoveTelegramLink, async ({ actor }) => {
    await db.transaction((tx) => telegram.unlink(tx, actor.userId));
    return ok(undefined);
  });
}

/** Kinds with a row on the page of this person. */
function mayBeTold(kind: NoticeKind | undefined, actor: Actor): kind is NoticeKind {
  if (!kind || kind.kind === TEST_KIND) return false;
  return kind.permission === 'session' || actor.permissions.has(kind.permission);
}

async function readPreferences(
  { db, mail, telegram, directory }: ChannelPlatform,
  catalogue: ReadonlyMap<string, NoticeKind>,
  actor: Actor,
) {
  const preferences = await findPreferences(db, actor.userId);
  const person = (await directory(actor.workspaceId)).find(({ userId }) => userId === actor.userId);
  const link = await telegram.findLink(db, actor.userId);
  const { rules: _rules, ...chosen } = preferences;
  return {
    ...chosen,
    kinds: [...catalogue.values()]
      .filter((kind) => mayBeTold(kind, actor))
      .map((kind) => ({
        kind: kind.kind,
        label: kind.label,
        severity: kind.severity,
        email: isWanted(kind, 'email', preferences),
        telegram: isWanted(kind, 'telegram', preferences),
      })),
    timeZone: person?.timeZone ?? 'UTC',
    email: { isConfigured: await mail.isConfigured(), address: person?.email ?? '' },
    telegram: {
      isConfigured: await telegram.isConfigured(),
      botUsername: (await telegram.state(db)).botUsername,
      link: link && pick(link, ['username', 'linkedAtMs', 'disabledReason']),
    },
  };
}

async function sendTest(
  { db, mail, telegram, notify }: ChannelPlatform,
  actor: Actor,
  channel: Channel,
): Promise<Result<{ readonly isQueued: true }, 'channel_not_configured' | 'channel_not_connected'>> {
  const isConfigured = channel === 'email' ? await mail.isConfigured() : await telegram.isConfigured();
  if (!isConfigured) return refuse('channel_not_configured', { channel });
  const link = channel === 'email' ? null : await telegram.findLink(db, actor.userId);
  if (channel === 'telegram' && link?.disabledReason !== null) return refuse('channel_not_connected', { channel });
  await db.transaction((tx) =>
    notify.record(tx, {
      workspaceId: actor.workspaceId,
      userId: actor.userId,
      permission: 'session',
      kind: TEST_KIND,
      payload: { channel },
      href: '/ajustes/avisos',
    }),
  );
  return ok({ isQueued: true });
}

function pick<Row, const Key extends keyof Row>(row: Row, keys: readonly Key[]): Pick<Row, Key> {
  return Object.fromEntries(keys.map((key) => [key, row[key]])) as Pick<Row, Key>;
}
