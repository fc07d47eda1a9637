/** Reads PostgreSQL's errors (SQLSTATE, https://www.postgresql.org/docs/18/errcodes-appendix.html) for stores and edges. */
import { Fault } from '#kernel';

interface PgErrorFacts {
  readonly code: string;
  readonly constraint?: string | undefined;
}

const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  '53300',
  '57P01',
  '57P02',
  '57P03',
]);

/** True for a unique violation (23505), of `constraint` when given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, '23505', constraint);
}

/** The SQLSTATE or system code of an error, also when it is wrapped in a Fault. */
export function pgErrorFacts(error: unknown): PgErrorFacts | null {
  if (error instanceof Fault) return pgErrorFacts(error.cause);
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : undefined;
  return { code: error.code, constraint };
}

/** A fault for what the world did (server gone, disk full, deadlock, timeout); other errors stay as they are. */
export function asDatabaseFault(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const code = pgErrorFacts(error)?.code ?? '';
  const fault = (name: string, message: string, retryable = true): Fault =>
    new Fault(name, message, { retryable, cause: error });
  if (code === '53100' || code === 'ENOSPC')
    return fault('database_disk_full', 'The disk of the database is full.', false);
  if (code === '40001' || code === '40P01') return fault('database_conflict', 'Two changes collided; try again.');
  if (code === '55P03') return fault('database_busy', 'Another change holds these rows; try again.');
  if (code === '57014') return fault('database_timeout', 'The database took too long to answer.');
  if (UNAVAILABLE_CODES.has(code) || code.startsWith('08') || isLostConnection(error)) {
    return fault('database_unavailable', 'The database does not answer right now.');
  }
  return error;
}

/** True when the connection broke, so nobody knows what the server did with the last statement. */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /Connection terminated|connection error|not queryable|timeout exceeded when trying to connect/i.test(
    error.message,
  );
}

function isViolation(error: unknown, code: string, constraint: string | undefined): boolean {
  const facts = pgErrorFacts(error);
  return facts?.code === code && (constraint === undefined || facts.constraint === constraint);
}
