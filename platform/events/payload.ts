/** Checks what a domain emits against its contract: a wrong payload is a bug of ours, found where it was written. */
import { assert, type EventShape } from '#kernel';
import { toJson } from '#platform/db';

interface Validation {
  readonly value?: unknown;
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[] | undefined;
}

/** JSON text of a payload that fits the event's schema, as given or in its JSON form (decimals as text). */
export function payloadJsonOf(event: EventShape, payload: unknown): string {
  const direct = validate(event, payload);
  if (!direct.issues) return toJson(direct.value);
  const json = toJson(payload);
  const wire = validate(event, JSON.parse(json));
  assert(!wire.issues, `events: the payload of ${event.name} does not fit its schema: ${describe(wire)}`);
  return json;
}

function validate(event: EventShape, payload: unknown): Validation {
  // The kernel's Schema names only the types of Standard Schema (https://standardschema.dev); every one can validate.
  const schema = event.schema['~standard'] as unknown as { validate(value: unknown): Validation | Promise<Validation> };
  const result = schema.validate(payload);
  assert(!(result instanceof Promise), `events: the schema of ${event.name} must check without waiting`);
  return result;
}

function describe({ issues = [] }: Validation): string {
  return issues
    .slice(0, 3)
    .map(({ message, path }) => `${(path ?? []).map(String).join('.')}: ${message}`)
    .join('; ');
}
