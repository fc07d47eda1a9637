/**
 * Conditions on an event's data: small, declarative, all of which must hold (`data.amount gte 1000`). A path walks objects
 * and lists by name or index; figures compare exactly as decimals, because money travels as text; nothing is evaluated.
 */
import { z } from 'zod';
import { Decimal } from '#kernel';

export const CONDITIONS_MAX = 10; // More is a rule of the receiver's, not a filter.
const PATH_LENGTH_MAX = 200;
const TEXT_LENGTH_MAX = 200;
const CHOICES_MAX = 50;

const Scalar = z.union([z.string().max(TEXT_LENGTH_MAX), z.number(), z.boolean(), z.null()]);

export const CONDITION_OPS = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'contains',
  'starts_with',
  'exists',
  'missing',
] as const;

export const Condition = z
  .object({
    /** Inside the event's data: `amount`, `data.boxes`, `lines.0.price`. */
    path: z
      .string()
      .max(PATH_LENGTH_MAX)
      .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/),
    op: z.enum(CONDITION_OPS),
    /** A list for `in`; left out for `exists` and `missing`. */
    value: z.union([Scalar, z.array(Scalar).min(1).max(CHOICES_MAX)]).optional(),
  })
  .refine(({ op, value }) => fitsOp(op, value), { message: 'the value does not fit the comparison', path: ['value'] });
export type Condition = z.infer<typeof Condition>;
type Value = Condition['value'];

/** True when every condition holds for this payload. */
export function meetsConditions(payload: unknown, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => holds(payload, condition));
}

/** The first condition that does not hold; null when all do. */
export function firstUnmet(payload: unknown, conditions: readonly Condition[]): Condition | null {
  return conditions.find((condition) => !holds(payload, condition)) ?? null;
}

function holds(payload: unknown, { path, op, value }: Condition): boolean {
  const found = valueAt(payload, path);
  if (op === 'exists') return found !== undefined;
  if (op === 'missing') return found === undefined;
  if (found === undefined) return false;
  if (op === 'in') return Array.isArray(value) && value.some((choice) => isSame(found, choice));
  if (op === 'eq') return isSame(found, value);
  if (op === 'neq') return !isSame(found, value);
  if (op === 'contains') return contains(found, value);
  if (op === 'starts_with') return typeof found === 'string' && typeof value === 'string' && found.startsWith(value);
  const order = compare(found, value);
  if (order === null) return false;
  return { gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[op];
}

/** Own properties only: a path never reaches what an object inherits. */
function valueAt(payload: unknown, path: string): unknown {
  let at: unknown = payload;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

function contains(found: unknown, value: Value): boolean {
  if (Array.isArray(found)) return found.some((item) => isSame(item, value));
  return typeof found === 'string' && typeof value === 'string' && found.includes(value);
}

/** `"12.50"` and `12.5` are the same figure; other texts are the same when every character is. */
function isSame(found: unknown, value: unknown): boolean {
  if (found === value) return true;
  const [left, right] = [figureOf(found), figureOf(value)];
  return left !== null && right !== null && left.equals(right);
}

/** Figures by size, other texts (instants, days) by character; null when the two cannot be compared. */
function compare(found: unknown, value: unknown): number | null {
  const [left, right] = [figureOf(found), figureOf(value)];
  if (left && right) return left.compare(right);
  if (typeof found !== 'string' || typeof value !== 'string' || left || right) return null;
  return found < value ? -1 : found > value ? 1 : 0;
}

function figureOf(value: unknown): Decimal | null {
  if (typeof value === 'number') return Decimal.parse(String(value));
  return typeof value === 'string' ? Decimal.parse(value) : null;
}

function fitsOp(op: (typeof CONDITION_OPS)[number], value: unknown): boolean {
  if (op === 'exists' || op === 'missing') return value === undefined;
  if (op === 'in') return Array.isArray(value);
  return value !== undefined && !Array.isArray(value);
}
