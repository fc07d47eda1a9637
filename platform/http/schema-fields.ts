/** Flattens a JSON Schema into the rows of a table: `positions[].quantity`, its type, and what it says about itself. */
import type { JsonSchema } from './json-schema.ts';

export interface FieldRow {
  readonly name: string;
  readonly type: string;
  readonly note: string;
  readonly isRequired: boolean;
}

const DEPTH_MAX = 4; // Deeper levels are in the document itself; a table of more is not read.
const NOTE_LENGTH_MAX = 200;

/** Rows of an object's fields, or one row named `name` for anything else. */
export function fieldRows(schema: JsonSchema, document: JsonSchema, name = ''): FieldRow[] {
  return rowsOf({ schema, name, isRequired: false, depth: 0 }, document);
}

interface Visit {
  readonly schema: JsonSchema;
  readonly name: string;
  readonly isRequired: boolean;
  readonly depth: number;
}

function rowsOf(visit: Visit, document: JsonSchema): FieldRow[] {
  const schema = resolved(visit.schema, document);
  const { name, depth } = visit;
  const own: FieldRow = {
    name,
    type: typeOf(visit.schema, document),
    note: noteOf(schema),
    isRequired: visit.isRequired,
  };
  const properties = Object.entries(recordOf(schema['properties']));
  const items = schema['items'] === undefined ? null : recordOf(schema['items']);
  if (depth > DEPTH_MAX) return [own];
  if (properties.length > 0) {
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    const fields = properties.flatMap(([key, field]) => {
      const path = name === '' ? key : `${name}.${key}`;
      return rowsOf(
        { schema: recordOf(field), name: path, isRequired: required.includes(key), depth: depth + 1 },
        document,
      );
    });
    return name === '' ? fields : [own, ...fields];
  }
  if (items && recordOf(resolved(items, document)['properties']) && hasFields(resolved(items, document))) {
    const below = rowsOf({ schema: items, name: `${name}[]`, isRequired: false, depth: depth + 1 }, document);
    return [own, ...below.slice(1)];
  }
  return [{ ...own, name: name === '' ? '(body)' : name }];
}

function hasFields(schema: JsonSchema): boolean {
  return Object.keys(recordOf(schema['properties'])).length > 0;
}

function typeOf(raw: JsonSchema, document: JsonSchema): string {
  const schema = resolved(raw, document);
  const choices = Array.isArray(schema['anyOf']) ? schema['anyOf'] : schema['oneOf'];
  if (Array.isArray(choices)) {
    return [...new Set(choices.map((choice: unknown) => typeOf(recordOf(choice), document)))].join(' | ');
  }
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map((choice) => JSON.stringify(choice)).join(' | ');
  if (schema['type'] === 'array') return `${typeOf(recordOf(schema['items']), document)}[]`;
  const format = typeof schema['format'] === 'string' ? ` (${schema['format']})` : '';
  return typeof schema['type'] === 'string' ? `${schema['type']}${format}` : 'any';
}

function noteOf(schema: JsonSchema): string {
  const parts = [
    typeof schema['description'] === 'string' ? schema['description'] : '',
    schema['default'] === undefined ? '' : `Default ${JSON.stringify(schema['default'])}.`,
    ...['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'].map((key) => limitText(schema, key)),
  ];
  return parts
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, NOTE_LENGTH_MAX);
}

function limitText(schema: JsonSchema, key: string): string {
  const limit = schema[key];
  return typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? `${key} ${limit}.` : '';
}

function resolved(node: JsonSchema, document: JsonSchema): JsonSchema {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  return reference
    .replace('#/', '')
    .split('/')
    .reduce<JsonSchema>((found, key) => recordOf(found[key]), document);
}

function recordOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}
