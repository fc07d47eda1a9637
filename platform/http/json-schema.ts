/**
 * JSON Schema 2020-12 (the dialect of OpenAPI 3.1) of what travels on the wire. Schemas with `.meta({ id })` become named
 * components; bigint and Decimal travel as text.
 */
import { assert, type Schema } from '#kernel';
import { z } from 'zod';
import { zodOf } from './validate.ts';

export type JsonSchema = { readonly [key: string]: unknown };

/** Where `#/components/schemas/<name>` are gathered; the same name with another shape is a bug of a contract. */
export class SchemaComponents {
  readonly #byName = new Map<string, JsonSchema>();

  /** The schema itself, or a reference when it is named. */
  schemaOf(schema: Schema): JsonSchema {
    const json = z.toJSONSchema(zodOf(schema), {
      io: 'input',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        const { type } = zodSchema._zod.def;
        if (type === 'bigint') Object.assign(jsonSchema, { type: 'string', pattern: '^-?[0-9]+$' });
        // The only class instances in contracts are Decimals.
        if (type === 'custom') Object.assign(jsonSchema, { type: 'string', format: 'decimal' });
      },
    }) as JsonSchema;
    const { $schema: _dialect, $defs, id, ...own } = json;
    for (const [name, named] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) this.add(name, named);
    const body = relinked(own) as JsonSchema;
    return typeof id === 'string' ? this.add(id, body) : body;
  }

  /** Adds a named component and gives the reference to it. */
  add(name: string, schema: JsonSchema): JsonSchema {
    const { id: _id, ...rest } = schema;
    const component = relinked(rest) as JsonSchema;
    const known = this.#byName.get(name);
    const isSame = known === undefined || JSON.stringify(known) === JSON.stringify(component);
    assert(isSame, `api document: two different schemas are named ${name}`);
    this.#byName.set(name, component);
    return { $ref: `#/components/schemas/${name}` };
  }

  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#byName].toSorted(([a], [b]) => a.localeCompare(b)));
  }
}

/** Local definitions of one schema become components of the document. */
function relinked(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relinked);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/$defs/', '#/components/schemas/')
        : relinked(value),
    ]),
  );
}
