/**
 * Validation of what comes in and what goes out, by the zod schemas of the contract.
 * In: every wrong field is named with what to do; keys the contract does not know are refused, at any depth.
 * Out: a body is encoded by its schema, so fields outside the schema never leave, and bigint and Decimal become text.
 */
import { assert, AssertionFault, type Schema } from '#kernel';
import { z } from 'zod';
import type { FieldIssue } from './problem.ts';
import { unknownKeyPaths } from './unknown-keys.ts';

const ISSUES_MAX = 20; // More than a screen of errors helps nobody, and a hostile body must not grow the answer.

const UNSTORABLE = 'Remove the characters that are no text (U+0000 or half of a surrogate pair).';

export type InputPart = 'params' | 'query' | 'body';

export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/** The zod type behind a contract's schema; any other vendor is a bug in the contract. */
export function zodOf(schema: Schema): z.ZodType {
  assert(schema['~standard'].vendor === 'zod', 'contract: schemas must be zod 4');
  return schema as unknown as z.ZodType;
}

/** Parses one part of a request; lists every field that must change. A missing schema ignores the part. */
export function checkInput(part: InputPart, schema: Schema | undefined, value: unknown): Checked {
  if (!schema) return { ok: true, value: undefined };
  const type = zodOf(schema);
  const input = part === 'query' ? wrapSingles(type, value) : value;
  const unstorable = unstorablePath(input, part);
  if (unstorable) return { ok: false, issues: [{ path: unstorable, message: UNSTORABLE }] };
  const parsed = type.safeParse(input, { error: wordsFor });
  const unknown = part === 'params' ? [] : unknownKeyPaths(type, input);
  if (parsed.success && unknown.length === 0) return { ok: true, value: parsed.data };
  const known = parsed.success ? [] : parsed.error.issues.map((issue) => fieldIssue(part, issue));
  const extra = unknown.map((path) => ({ path: pathText(part, path), message: 'Unknown field: remove it.' }));
  return { ok: false, issues: [...known, ...extra].slice(0, ISSUES_MAX) };
}

/** The path of a text that no PostgreSQL column can hold (key or value), or null. A stack, as a body may be very deep. */
function unstorablePath(root: unknown, name: string): string | null {
  const waiting: { readonly value: unknown; readonly path: string }[] = [{ value: root, path: name }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && !isStorable(value)) return path;
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && !Object.keys(value).every(isStorable)) return path;
    for (const [key, inner] of Object.entries(value)) {
      waiting.push({ value: inner, path: pathText(path, [Array.isArray(value) ? Number(key) : key]) });
    }
  }
  return null;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** JSON text of a success body. Throws AssertionFault naming the fields when the body breaks its own contract. */
export function serialiseBody(schema: Schema, value: unknown): string {
  const encoded = z.safeEncode(zodOf(schema), value);
  if (!encoded.success) {
    const issues = encoded.error.issues.slice(0, ISSUES_MAX).map((issue) => fieldIssue('response', issue));
    throw new AssertionFault(
      `response does not fit its contract: ${issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')}`,
    );
  }
  return JSON.stringify(encoded.data, bigintAsText);
}

/** JSON for values without a schema (refusal details): bigint becomes text like everywhere else. */
export function serialiseLoose(value: unknown): string {
  return JSON.stringify(value, bigintAsText);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function fieldIssue(part: string, issue: z.core.$ZodIssue): FieldIssue {
  if (issue.code === 'unrecognized_keys') {
    const path = pathText(part, [...issue.path, issue.keys[0] ?? '']);
    return { path, message: 'Unknown field: remove it.' };
  }
  return { path: pathText(part, issue.path), message: issue.message };
}

function pathText(part: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key).slice(0, 80)}`),
    part,
  );
}

/** Words for a person, saying what to send; a message written in the contract itself wins over these. */
function wordsFor(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `Required: send ${nounFor(issue.expected)}.`
        : `Send ${nounFor(issue.expected)}.`;
    case 'invalid_value':
      return `Send one of: ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `Send ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${measureOf(issue.origin)}.`;
    case 'too_big':
      return `Send ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${measureOf(issue.origin)}.`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `Send text that fits ${String(issue.pattern)}.`
        : `Send a valid ${issue.format.replaceAll('_', ' ')}.`;
    case 'not_multiple_of':
      return `Send a multiple of ${issue.divisor}.`;
    case 'invalid_union':
      return 'Does not fit any of the accepted shapes; see the API reference.';
    default:
      return issue.message ?? 'Not a valid value; see the API reference.';
  }
}

function nounFor(expected: string): string {
  const nouns: Record<string, string> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    record: 'an object',
    bigint: 'a whole number as text',
    null: 'null',
  };
  return nouns[expected] ?? expected;
}

function measureOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' items' : '';
}

/** `?tag=a` is one text; when the contract wants a list, it becomes a list of one. */
function wrapSingles(type: z.ZodType, value: unknown): unknown {
  if (!(type instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const wrapped: Record<string, unknown> = { ...value };
  for (const [key, field] of Object.entries<z.core.$ZodType>(type.shape)) {
    if (typeof wrapped[key] === 'string' && unwrapped(field) instanceof z.ZodArray) wrapped[key] = [wrapped[key]];
  }
  return wrapped;
}

function unwrapped(field: z.core.$ZodType): z.core.$ZodType {
  let inner = field;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    inner = inner.def.innerType;
  }
  return inner;
}
