/** The settings of the platform itself: names, defaults, what is allowed and what each one is for. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const PORT_MAX = 65_535;
const SECRET_LENGTH_MIN = 16; // A shorter token can be guessed.
const KEY_LENGTH_MIN = 32; // Everything else hangs on it: 32 random bytes in base64, or a long phrase.

const origin = z.string().refine(isOrigin, 'an http(s) origin such as https://cactus.example').meta({
  allowed: 'an http(s) origin such as https://cactus.example',
});
const proxyRange = z.string().refine(isAddressRange, 'an address or CIDR range such as 10.0.0.0/8').meta({
  allowed: 'an address or CIDR range such as 10.0.0.0/8',
});
const postgresUrl = z
  .string()
  .regex(/^postgres(?:ql)?:\/\/.+/)
  .meta({ allowed: 'postgresql://user:password@host:5432/name' });
const redisUrl = z
  .string()
  .regex(/^rediss?:\/\/.+/)
  .meta({ allowed: 'redis://host:6379 or rediss://host:6379', secret: true });
const perMinute = z.int().min(0).max(1_000_000);

const s3 = z
  .object({
    endpoint: z.url().nullable().default(null).describe('Address of the S3-compatible store.'),
    bucket: z.string().min(1).nullable().default(null).describe('Its bucket, which must exist.'),
    region: z.string().min(1).default('us-east-1').describe('Its region; most stores other than AWS accept any.'),
    prefix: z.string().default('').describe('Put before every key, for a bucket that others use too.'),
    accessKeyId: z.string().min(1).nullable().default(null).describe('Public half of the key pair.'),
    secretAccessKey: z.string().min(1).nullable().default(null).describe('Secret half of the key pair.'),
  })
  .prefault({});

export const CORE_SETTINGS = z.object({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 opens it to the network.'),
  port: z
    .int()
    .min(0)
    .max(PORT_MAX)
    .default(7700)
    .meta({ alias: 'PORT' })
    .describe('Port of the web app, the API and /ws; 0 takes any free one.'),
  monitorHost: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address where a process without the web role answers /health and /metrics.'),
  monitorPort: z
    .int()
    .min(0)
    .max(PORT_MAX)
    .default(0)
    .describe('Its port; 0 takes any free one, which the start box names.'),
  dataDir: z.string().min(1).default('./data').describe('Folder of the database, the files and the secrets.'),
  databaseUrl: postgresUrl
    .nullable()
    .default(null)
    .meta({ alias: 'DATABASE_URL' })
    .describe('PostgreSQL 15 to 18 to use instead of the embedded one.'),
  redisUrl: redisUrl
    .nullable()
    .default(null)
    .meta({ alias: 'REDIS_URL' })
    .describe('Redis shared by several processes: socket figures, rate limits, cache. Everything works without it.'),
  publicUrl: origin
    .nullable()
    .default(null)
    .describe('Address people use when a proxy stands in front; sets links and cookies.'),
  corsOrigins: z
    .array(origin)
    .default([])
    .describe('Other sites whose pages may call the API (with tokens, never with the session).'),
  allowedHosts: z
    .array(z.string().min(1).toLowerCase())
    .default([])
    .describe('Further host names to answer to, besides loopback and the public URL.'),
  trustedProxies: z.array(proxyRange).default([]).describe('Proxies whose X-Forwarded-* headers are believed.'),
  rateLimits: z
    .object({
      publicWritesPerMinute: perMinute
        .default(30)
        .describe('Sign-in, setup and other writes without session, per address; 0 = no limit.'),
      writesPerMinute: perMinute.default(6_000).describe('Writes per address; 0 = no limit.'),
      refusedUpgradesPerMinute: perMinute
        .default(60)
        .describe('Refused sockets per address before it has to wait; 0 = no limit.'),
      readsPerMinute: perMinute.default(12_000).describe('Reads per address; 0 = no limit.'),
    })
    .prefault({}),
  smtp: z
    .object({
      url: z
        .string()
        .regex(/^smtps?:\/\/.+/)
        .nullable()
        .default(null)
        .meta({ allowed: 'smtp://user:password@host:587 or smtps://user:password@host:465', secret: true })
        .describe('Mail server in one line; the keys below win over its parts.'),
      host: z.string().min(1).nullable().default(null).describe('Mail server; without it Cactus sends no mail.'),
      port: z.int().min(1).max(PORT_MAX).nullable().default(null).describe('Its port; 587, or 465 with implicit TLS.'),
      user: z.string().min(1).nullable().default(null).describe('Account at the mail server.'),
      password: z.string().min(1).nullable().default(null).describe('Its password, or an app password.'),
      from: z
        .string()
        .min(3)
        .regex(/^[^\r\n]+@[^\r\n]+$/)
        .nullable()
        .default(null)
        .meta({ allowed: 'Cactus <cactus@example.com>' })
        .describe('Sender of every mail; the account when it is an address.'),
      tls: z
        .enum(['auto', 'starttls', 'implicit', 'none'])
        .default('auto')
        .describe('auto demands TLS except on this machine; none sends in the clear, passwords too.'),
    })
    .prefault({}),
  telegram: z
    .object({
      botToken: z
        .string()
        .regex(/^\d{3,}:[\w-]{20,}$/)
        .nullable()
        .default(null)
        .meta({ allowed: 'the token that @BotFather gives' })
        .describe('Bot that writes notifications to people who linked their chat; it belongs to this install alone.'),
      apiRoot: origin
        .default('https://api.telegram.org')
        .describe('Bot API to use; another one only for a Bot API server of your own.'),
    })
    .prefault({}),
  metricsToken: z
    .string()
    .min(SECRET_LENGTH_MIN)
    .nullable()
    .default(null)
    .describe('Bearer token that may read /metrics from other machines; without it only loopback may.'),
  secretKey: z
    .string()
    .min(KEY_LENGTH_MIN)
    .nullable()
    .default(null)
    .describe(
      'Master key of secrets and backups, instead of secrets/master.key in the data folder; the same on every machine.',
    ),
  secretKeyPrevious: z
    .string()
    .min(KEY_LENGTH_MIN)
    .nullable()
    .default(null)
    .meta({ secret: true })
    .describe('The master key before this one: still opens, no longer seals.'),
  files: z.object({ s3 }).prefault({}),
  backups: z
    .object({
      offsiteFolder: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Existing folder (another disk, a mounted share) that gets a copy of every backup.'),
      offsiteS3: s3,
    })
    .prefault({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least important line that is logged.'),
  demo: z.boolean().default(true).describe('Whether the first run creates the demo workspace.'),
  roles: z
    .array(z.enum(['web', 'worker', 'trader', 'agent']))
    .min(1)
    .default(['web', 'worker', 'trader', 'agent'])
    .describe('Parts this process runs; several processes may share one database.'),
});

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '');
}

function isAddressRange(text: string): boolean {
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
}
