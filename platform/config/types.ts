/** Configuration as the rest of the product reads it: checked once at start, then constant. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Where a process without the `web` role answers /health and /metrics. */
  readonly monitorHost: string;
  readonly monitorPort: number;
  /** Absolute folder that holds database, files and secrets. */
  readonly dataDir: string;
  /** Null means the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null;
  /** Redis that the processes share; null means that each goes by itself, over PostgreSQL NOTIFY. */
  readonly redisUrl: string | null;
  /** Public origin when behind a proxy, for links and cookies. */
  readonly publicUrl: string | null;
  readonly corsOrigins: readonly string[];
  /** Further host names this server answers to, besides loopback and the public URL. */
  readonly allowedHosts: readonly string[];
  /** Addresses or CIDR ranges whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Requests per minute and address; 0 turns a limit off. */
  readonly rateLimits: {
    readonly publicWritesPerMinute: number;
    readonly writesPerMinute: number;
    readonly readsPerMinute: number;
    readonly refusedUpgradesPerMinute: number;
  };
  /** The mail server; no host and no URL: Cactus sends no mail. */
  readonly smtp: {
    readonly url: string | null;
    readonly host: string | null;
    readonly port: number | null;
    readonly user: string | null;
    readonly password: string | null;
    readonly from: string | null;
    readonly tls: 'auto' | 'starttls' | 'implicit' | 'none';
  };
  /** The Telegram bot that writes to people; null: none. */
  readonly telegram: { readonly botToken: string | null; readonly apiRoot: string };
  /** Bearer token that may read /metrics from other machines; null keeps it to loopback. */
  readonly metricsToken: string | null;
  /** Master key from the environment; null means the key file of the data folder. */
  readonly secretKey: string | null;
  readonly secretKeyPrevious: string | null;
  /** Where copies of backups go. */
  readonly files: { readonly s3: S3Config };
  readonly backups: { readonly offsiteFolder: string | null; readonly offsiteS3: S3Config };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** True in the configuration of tests only: no flag, variable or file sets it, so an installation cannot. */
  readonly hasLightPasswords: boolean;
  /** Whether the first run creates the demo workspace. */
  readonly demo: boolean;
  /** Parts this process runs. */
  readonly roles: readonly ('web' | 'worker' | 'trader' | 'agent')[];
  /** The checked settings of one domain. */
  section<Settings>(domain: string): Settings;
}

/** An S3-compatible store; used when endpoint and bucket are set. */
export interface S3Config {
  readonly endpoint: string | null;
  readonly bucket: string | null;
  readonly region: string;
  readonly prefix: string;
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
}

/** Where a value came from, strongest first. */
export type SettingSource = 'flag' | 'environment' | 'cactus.yaml' | 'default';

/** One key of the configuration with its value of this process, for `cactus doctor` and docs/settings.md. */
export interface SettingFact {
  /** `rateLimits.readsPerMinute`; the settings of a domain start with its name. */
  readonly key: string;
  readonly environmentName: string;
  /** Another name of the environment that is read when ours is not set: `DATABASE_URL`. */
  readonly alias: string | null;
  readonly meaning: string;
  readonly allowed: string;
  readonly defaultText: string;
  /** Secrets are masked. */
  readonly valueText: string;
  readonly source: SettingSource;
}
