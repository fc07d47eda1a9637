/** The bell over HTTP. Texts are rendered in the browser from `kind` and `payload`. */
import { z } from 'zod';
import { endpoint, event } from '#kernel';

const Item = z.object({
  id: z.uuid(),
  kind: z.string(),
  payload: z.record(z.string(), z.string()),
  /** Path inside the app that shows the cause. */
  href: z.string(),
  createdAtMs: z.number(),
  isRead: z.boolean(),
  /** The sentence of its kind with `{name}` for what the payload holds; null when no domain declares the kind. */
  text: z.object({ es: z.string(), en: z.string() }).nullable(),
});

/** Counting stops here; the bell shows "99+". */
export const UNREAD_COUNT_MAX = 100;

export const ListNotifications = endpoint({
  method: 'GET',
  path: '/api/notifications',
  permission: 'platform.notifications.read',
  summary: 'My notifications in this workspace, newest first.',
  query: z.object({
    before: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(100).default(30),
  }),
  response: z.object({
    items: z.array(Item),
    /** Pass it as `before` to read on; null at the end. */
    next: z.uuid().nullable(),
    unreadCount: z.number(),
  }),
});

export const CountUnread = endpoint({
  method: 'GET',
  path: '/api/notifications/unread-count',
  permission: 'platform.notifications.read',
  summary: 'How many of my notifications are unread; stops counting at 100.',
  response: z.object({ unreadCount: z.number() }),
});

export const MarkRead = endpoint({
  method: 'PUT',
  path: '/api/notifications/:notificationId/read',
  permission: 'platform.notifications.read',
  summary: 'Marks one notification as read.',
  params: z.object({ notificationId: z.uuid() }),
  response: z.object({ unreadCount: z.number() }),
  refusals: { notification_not_found: 404 },
});

export const MarkAllRead = endpoint({
  method: 'PUT',
  path: '/api/notifications/read',
  permission: 'platform.notifications.read',
  summary: 'Marks every notification I can see as read.',
  response: z.object({ unreadCount: z.number() }),
});

const Words = z.object({ es: z.string(), en: z.string() });
const Channel = z.enum(['email', 'telegram']);
const Severity = z.enum(['info', 'warning', 'urgent']);
const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
const RULES_MAX = 500; // More than every kind of every domain by every channel.

export const ReadPreferences = endpoint({
  method: 'GET',
  path: '/api/notifications/preferences',
  permission: 'platform.notifications.read',
  summary: 'Which kinds reach me by which channel, my quiet hours, and the state of my channels.',
  response: z.object({
    kinds: z.array(
      z.object({ kind: z.string(), label: Words, severity: Severity, email: z.boolean(), telegram: z.boolean() }),
    ),
    quietHours: z.object({ from: TimeOfDay, to: TimeOfDay }).nullable(),
    letsUrgentThrough: z.boolean(),
    minimumSeverity: Severity,
    timeZone: z.string(),
    email: z.object({ isConfigured: z.boolean(), address: z.string() }),
    telegram: z.object({
      isConfigured: z.boolean(),
      botUsername: z.string().nullable(),
      link: z
        .object({
          username: z.string().nullable(),
          linkedAtMs: z.number(),
          /** Why the bot may not write any more; null while it may. */
          disabledReason: z.enum(['blocked', 'chat_gone']).nullable(),
        })
        .nullable(),
    }),
  }),
});

export const UpdatePreferences = endpoint({
  method: 'PUT',
  path: '/api/notifications/preferences',
  permission: 'platform.notifications.update',
  summary: 'Changes my rules (those sent), my quiet hours and the least severity that reaches me beyond the bell.',
  body: z.object({
    rules: z.array(z.object({ kind: z.string().max(128), channel: Channel, isOn: z.boolean() })).max(RULES_MAX),
    quietHours: z.object({ from: TimeOfDay, to: TimeOfDay }).nullable(),
    letsUrgentThrough: z.boolean(),
    minimumSeverity: Severity,
  }),
  status: 204,
  refusals: { kind_unknown: 422 },
});

export const ListDeliveries = endpoint({
  method: 'GET',
  path: '/api/notifications/deliveries',
  permission: 'platform.notifications.read',
  summary: 'My last messages by mail and Telegram, and what became of each.',
  query: z.object({ limit: z.coerce.number().int().min(1).max(50).default(20) }),
  response: z.object({
    items: z.array(
      z.object({
        id: z.uuid(),
        channel: Channel,
        /** `held` waits for the end of the quiet hours or of a storm; `expired` was never taken. */
        state: z.enum(['waiting', 'held', 'sent', 'failed', 'expired']),
        heldUntilMs: z.number().nullable(),
        attempts: z.number().int(),
        errorCode: z.string().nullable(),
        createdAtMs: z.number(),
        sentAtMs: z.number().nullable(),
        kind: z.string(),
        payload: z.record(z.string(), z.string()),
        text: Words.nullable(),
      }),
    ),
  }),
});

export const SendTest = endpoint({
  method: 'POST',
  path: '/api/notifications/test',
  permission: 'platform.notifications.update',
  summary: 'Sends me a test message by one channel; its fate is in the list of deliveries.',
  body: z.object({ channel: Channel }),
  status: 202,
  response: z.object({ isQueued: z.literal(true) }),
  refusals: { channel_not_configured: 409, channel_not_connected: 409 },
});

export const OfferTelegramLink = endpoint({
  method: 'POST',
  path: '/api/notifications/telegram/link',
  permission: 'platform.notifications.update',
  summary: 'A link and a code, good once and for 15 minutes: the chat that sends it to the bot becomes mine.',
  status: 201,
  holdsSecret: true,
  response: z.object({ url: z.url().nullable(), code: z.string(), expiresAtMs: z.number() }),
  refusals: { channel_not_configured: 409 },
});

export const RemoveTelegramLink = endpoint({
  method: 'DELETE',
  path: '/api/notifications/telegram/link',
  permission: 'platform.notifications.update',
  summary: 'Disconnects my Telegram chat.',
  status: 204,
});

const Test = z.object({
  state: z.enum(['waiting', 'sent', 'failed', 'expired']),
  errorCode: z.string().nullable(),
  errorDetail: z.string().nullable(),
  createdAtMs: z.number(),
});

/** Where a password or token comes from: the settings (which win), this page, or nowhere. */
const Credential = z.object({ source: z.enum(['settings', 'page', 'none']), changedAtMs: z.number().nullable() });

export const ReadConnections = endpoint({
  method: 'GET',
  path: '/api/notifications/connections',
  permission: 'platform.connections.read',
  summary: 'The mail server and the Telegram bot of this installation: settings without secrets, state and last cause.',
  response: z.object({
    mail: z.object({
      isConfigured: z.boolean(),
      host: z.string().nullable(),
      port: z.number().nullable(),
      /** The account; without one no password is asked for. */
      user: z.string().nullable(),
      password: Credential,
      from: z.string().nullable(),
      security: z.enum(['implicit', 'starttls', 'opportunistic', 'none']).nullable(),
      lastTest: Test.nullable(),
      failed: z.array(
        z.object({
          id: z.uuid(),
          to: z.string(),
          purpose: z.string(),
          errorCode: z.string().nullable(),
          errorDetail: z.string().nullable(),
          createdAtMs: z.number(),
        }),
      ),
    }),
    telegram: z.object({
      isConfigured: z.boolean(),
      token: Credential,
      botUsername: z.string().nullable(),
      checkedAtMs: z.number().nullable(),
      errorCode: z.string().nullable(),
      errorDetail: z.string().nullable(),
    }),
  }),
});

export const TestMail = endpoint({
  method: 'POST',
  path: '/api/notifications/connections/mail/test',
  permission: 'platform.connections.test',
  summary: 'Sends a test mail to my own address; the outcome is in the connections.',
  status: 202,
  response: z.object({ isQueued: z.literal(true) }),
  refusals: { channel_not_configured: 409 },
});

export const TestTelegram = endpoint({
  method: 'POST',
  path: '/api/notifications/connections/telegram/test',
  permission: 'platform.connections.test',
  summary: 'Asks Telegram who the bot is; the outcome is in the connections.',
  status: 202,
  response: z.object({ isQueued: z.literal(true) }),
  refusals: { channel_not_configured: 409 },
});

const CREDENTIAL_LENGTH_MAX = 1_024;
const BOT_TOKEN_SHAPE = /^\d{3,}:[\w-]{20,}$/;

export const SetMailPassword = endpoint({
  method: 'PUT',
  path: '/api/notifications/connections/mail/password',
  permission: 'platform.connections.update',
  summary: 'Keeps the password of the mail account, used from the next mail on. It cannot be read back.',
  stepUp: true,
  holdsSecret: true,
  body: z.object({ password: z.string().min(1).max(CREDENTIAL_LENGTH_MAX) }),
  status: 204,
  refusals: { credential_in_settings: 409, secrets_full: 409, credential_not_found: 404 },
});

export const RemoveMailPassword = endpoint({
  method: 'DELETE',
  path: '/api/notifications/connections/mail/password',
  permission: 'platform.connections.update',
  summary: 'Forgets the password that was entered here.',
  stepUp: true,
  status: 204,
  refusals: { credential_in_settings: 409, secrets_full: 409, credential_not_found: 404 },
});

export const SetBotToken = endpoint({
  method: 'PUT',
  path: '/api/notifications/connections/telegram/token',
  permission: 'platform.connections.update',
  summary: 'Keeps the token of the Telegram bot; every process uses it within seconds. It cannot be read back.',
  stepUp: true,
  holdsSecret: true,
  body: z.object({
    token: z.string().trim().regex(BOT_TOKEN_SHAPE).meta({ allowed: 'the token that @BotFather gives' }),
  }),
  status: 204,
  refusals: { credential_in_settings: 409, secrets_full: 409, credential_not_found: 404 },
});

export const RemoveBotToken = endpoint({
  method: 'DELETE',
  path: '/api/notifications/connections/telegram/token',
  permission: 'platform.connections.update',
  summary: 'Forgets the token that was entered here; the bot falls silent.',
  stepUp: true,
  status: 204,
  refusals: { credential_in_settings: 409, secrets_full: 409, credential_not_found: 404 },
});

export const ConnectionChanged = event({
  name: 'platform.connection.changed',
  version: 1,
  summary: 'The mail password or the bot’s token was entered or removed; never its value.',
  permission: 'platform.connections.read',
  schema: z.object({ connection: z.enum(['mail', 'telegram']), isSet: z.boolean() }),
  example: { connection: 'mail', isSet: true },
});
