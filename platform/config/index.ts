/** Configuration: zod-checked environment and cactus.yaml. Replaced by the loader of this folder; the shape is stable. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absolute folder that holds database, files and secrets. */
  readonly dataDir: string;
  /** Null means the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null;
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
  };
  /** Bearer token that may read /metrics from other machines; null keeps it to loopback. */
  readonly metricsToken: string | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Whether the first run creates the demo workspace. */
  readonly demo: boolean;
  /** The checked settings of one domain. */
  section<Settings>(domain: string): Settings;
}
