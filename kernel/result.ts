/**
 * Result: how a rule says no. A refusal is an answer of the business, never an exception.
 * Faults (the world failed) are thrown as `Fault`; bugs are assertions.
 */
export interface Ok<Value> {
  readonly ok: true;
  readonly value: Value;
}

/** `code` is a snake_case fact; `details` names what, where and what to do, and never holds a secret. */
export interface Refusal<Code extends string> {
  readonly ok: false;
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;
}

export type Result<Value, Code extends string> = Ok<Value> | Refusal<Code>;

/** Wraps a value as accepted. */
export function ok<Value>(value: Value): Ok<Value> {
  return { ok: true, value };
}

/** Says no with a stable code and the facts that explain it. */
export function refuse<const Code extends string>(code: Code, details: Record<string, unknown> = {}): Refusal<Code> {
  return { ok: false, code, details };
}

/** The world failed (network, disk, another process). `retryable` says whether trying again can help. */
export class Fault extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.retryable = options.retryable;
  }
}

/** A broken promise inside our own code: the request dies and the alert fires. */
export class AssertionFault extends Error {
  override readonly name = 'AssertionFault';
}

/** Guards against our own mistakes, never against user input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFault(message);
}

/** Marks a branch that the types prove impossible. */
export function unreachable(value: never): never {
  throw new AssertionFault(`unreachable: ${String(value)}`);
}
