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
  readonly #responses = new Map<string, JsonSchema>();

  /** The schema itself, or a reference when it is named; `place` names what zod had to name by itself (recursion). */
  schemaOf(schema: Schema, place: string): JsonSchema {
    const json = z.toJSONSchema(zodOf(schema), {
      io: 'input',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        const { type } = zodSchema._zod.def;
        if (type === 'bigint') Object.assign(jsonSchema, { type: 'string', pattern: '^-?[0-9]+$' });
        // The only class instances in contracts are Decimals.
        if (type === 'custom') Object.assign(jsonSchema, { type: 'string', format: 'decimal' });
        if (jsonSchema.format === 'uuid') delete jsonSchema.pattern;
      },
    }) as JsonSchema;
    const root = typeof json['id'] === 'string' ? json['id'] : place;
    const { $schema: _dialect, $defs, id, ...own } = relinked(json, { place, root }) as JsonSchema;
    for (const [name, named] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) {
      this.add(placed(name, place), named);
    }
    const body: JsonSchema = own;
    return typeof id === 'string' ? this.add(id, body) : body;
  }

  /** Adds a named component and gives the reference to it. */
  add(name: string, schema: JsonSchema): JsonSchema {
    const { id: _id, ...rest } = schema;
    const component: JsonSchema = rest;
    const known = this.#byName.get(name);
    const isSame = known === undefined || JSON.stringify(known) === JSON.stringify(component);
    assert(isSame, `api document: two different schemas are named ${name}`);
    this.#byName.set(name, component);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** A shared response, by a name that says all of it. */
  response(name: string, response: JsonSchema): JsonSchema {
    this.#responses.set(name, response);
    return { $ref: `#/components/responses/${name}` };
  }

  responses(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#responses].toSorted(([a], [b]) => a.localeCompare(b)));
  }

  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#byName].toSorted(([a], [b]) => a.localeCompare(b)));
  }
}

/** zod counts its own names from zero in every schema; the place makes them one of a kind. */
function placed(name: string, place: string): string {
  return name.replace(/^__schema(\d+)$/, (_whole, index: string) => `${place}Part${index}`);
}

interface Names {
  readonly place: string;
  /** What `#` means: the schema itself, which is recursive then. */
  readonly root: string;
}

function linkOf(reference: string, { place, root }: Names): string {
  if (reference === '#') return `#/components/schemas/${root}`;
  return `#/components/schemas/${placed(reference.replace('#/$defs/', ''), place)}`;
}

/** Local definitions of one schema become components of the document. */
function relinked(node: unknown, names: Names): unknown {
  if (Array.isArray(node)) return node.map((entry: unknown) => relinked(entry, names));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      typeof value === 'string' && key === '$ref' ? linkOf(value, names) : relinked(value, names),
    ]),
  );
}
