/**
 * Logs: JSON lines for machines, one short line for a person at a terminal. Secrets are cut by key name at any depth,
 * before a line is written: a log is copied to places that no password may reach.
 */
import { Fault } from '#kernel';
import pc from 'picocolors';
import { pino } from 'pino';
import type { Log } from './types.ts';

const DEPTH_MAX = 6; // Deeper facts are a mistake; the line must stay short.
const TEXT_LENGTH_MAX = 4_000; // A stack fits; a body that slipped in does not.
const ITEMS_MAX = 50;
const CENSORED = '[redacted]';
const SECRET_KEY =
  /^(?:authorization|proxy-?authorization|cookie|set-?cookie|x-api-key)$|password|passphrase|secret|token|api-?_?key|private-?_?key|credential/i;
/** `postgres://user:password@host`: connection addresses travel inside error messages. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;
const BEARER = /\b(Bearer\s+)[\w.~+/=-]+/gi;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  /** `line` is for a terminal, `json` for everything else. */
  readonly shape: 'line' | 'json';
  /** Receives one finished line with its newline. */
  readonly write: (line: string) => void;
}

/** Builds the root log. */
export function createLog(options: LogOptions): Log {
  const write = options.shape === 'json' ? options.write : (line: string) => options.write(prettyLine(line));
  const root = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return logOf(root, {});
}

function logOf(root: pino.Logger, bound: Record<string, unknown>): Log {
  const write = (level: LogLevel) => (message: string, facts?: Record<string, unknown>) => {
    if (!root.isLevelEnabled(level)) return;
    root[level](facts ? { ...bound, ...(redacted(facts) as Record<string, unknown>) } : bound, redactedText(message));
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (facts) => logOf(root, { ...bound, ...(redacted(facts) as Record<string, unknown>) }),
  };
}

/** A copy without secrets, bounded in depth and size; errors keep name, message, code, stack and cause. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '[deep]';
  if (value instanceof Error) return redactedError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((entry) => redacted(entry, depth + 1));
  if (value instanceof Map || value instanceof Set) return redacted([...value], depth);
  if ('toJSON' in value && typeof value.toJSON === 'function') return redacted(jsonOf(value), depth + 1);
  const entries = Object.entries(value).slice(0, ITEMS_MAX);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, isSecret(key, entry) ? CENSORED : redacted(entry, depth + 1)]),
  );
}

function isSecret(key: string, value: unknown): boolean {
  return value !== null && value !== undefined && SECRET_KEY.test(key);
}

/** Decimal and friends say themselves how they look in JSON; a log line must never throw. */
function jsonOf(value: object): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return '[unprintable]';
  }
}

function redactedError(error: Error, depth: number): Record<string, unknown> {
  const code = error instanceof Fault ? error.code : 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: redactedText(error.message),
    ...(code === undefined ? {} : { code: redacted(code, depth + 1) }),
    stack: redactedText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redacted(error.cause, depth + 1) }),
  };
}

function redactedText(text: string): string {
  return text.slice(0, TEXT_LENGTH_MAX).replace(URL_PASSWORD, `$1${CENSORED}@`).replace(BEARER, `$1${CENSORED}`);
}

const PAINT: Readonly<Record<string, (text: string) => string>> = {
  debug: pc.dim,
  info: pc.green,
  warn: pc.yellow,
  error: pc.red,
};

/** `12:30:01 WARN  slow request route=/api/x durationMs=1200`, with the stack of an error below. */
function prettyLine(line: string): string {
  const { level, time, msg, error, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const name = typeof level === 'string' ? level : 'info';
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const rest = Object.entries(facts).map(
    ([key, fact]) => `${key}=${typeof fact === 'string' ? fact : JSON.stringify(fact)}`,
  );
  const head = [pc.dim(clock), (PAINT[name] ?? pc.dim)(name.toUpperCase().padEnd(5)), msg, pc.dim(rest.join(' '))];
  const below = error === undefined ? '' : `\n${pc.dim(errorText(error))}`;
  return `${head.join(' ').trimEnd()}${below}\n`;
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { stack, cause } = error as Record<string, unknown>;
  const own = typeof stack === 'string' ? stack : JSON.stringify(error);
  return cause === undefined ? own : `${own}\n  caused by ${errorText(cause)}`;
}
