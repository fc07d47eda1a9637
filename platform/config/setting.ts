/** A setting: one leaf of a section's zod object, with its names, its words and how its text is read. */
import { z } from 'zod';

export interface SettingsSection {
  /** Domain name; empty for the platform's own keys. */
  readonly name: string;
  readonly settings: z.ZodObject;
}

export interface Setting {
  readonly section: string;
  /** Path inside the section. */
  readonly path: readonly string[];
  /** Dotted key with the section in front. */
  readonly key: string;
  readonly environmentName: string;
  /** A name that other software expects, read when ours is not set. */
  readonly alias: string | null;
  readonly meaning: string;
  readonly allowed: string;
  readonly isSecret: boolean;
  readonly schema: z.core.$ZodType;
}

const SECRET_KEY = /token|secret|password|passphrase|apiKey|privateKey/i;

/** Every leaf of a section, in the order it was written. */
export function settingsOf(section: SettingsSection): Setting[] {
  return leaves(section.settings, []).map(({ path, schema }) => {
    const full = section.name === '' ? path : [section.name, ...path];
    const key = full.join('.');
    return {
      section: section.name,
      path,
      key,
      environmentName: environmentName(full),
      alias: metaOf(schema, 'alias') ?? null,
      meaning: metaOf(schema, 'description') ?? '',
      allowed: allowedText(schema),
      isSecret: SECRET_KEY.test(path.at(-1) ?? '') || metaOf(schema, 'secret') !== undefined,
      schema,
    };
  });
}

/** Reads text of the environment or a flag as the schema's kind; text that is not one stays text and fails the check. */
export function readText(schema: z.core.$ZodType, text: string): unknown {
  const kind = bare(schema);
  if (kind instanceof z.ZodNumber) return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  if (kind instanceof z.ZodBoolean)
    return { true: true, '1': true, yes: true, false: false, '0': false, no: false }[text] ?? text;
  if (kind instanceof z.ZodArray) {
    const element = kind.def.element;
    const parts = text.split(',').map((part) => part.trim());
    return parts.filter((part) => part !== '').map((part) => readText(element, part));
  }
  return text;
}

/** Says what a schema accepts, for an error and for the table of settings. */
export function allowedText(schema: z.core.$ZodType): string {
  const own = metaOf(schema, 'allowed');
  if (own) return own;
  const kind = bare(schema);
  const ofKind = kind === schema ? undefined : metaOf(kind, 'allowed');
  if (ofKind) return ofKind;
  if (kind instanceof z.ZodEnum) return `one of ${kind.options.join(', ')}`;
  if (kind instanceof z.ZodBoolean) return 'true or false';
  if (kind instanceof z.ZodNumber) return numberText(kind);
  if (kind instanceof z.ZodArray) return `a list: ${allowedText(kind.def.element)}`;
  if (kind instanceof z.ZodURL) return 'an address such as https://example.com/';
  if (kind instanceof z.ZodString) {
    const least = kind.minLength ?? 0;
    return least > 1 ? `text of at least ${least} characters` : 'text';
  }
  return 'see the README of its domain';
}

/** `rateLimits.readsPerMinute` is `CACTUS_RATE_LIMITS_READS_PER_MINUTE`. */
function environmentName(path: readonly string[]): string {
  const words = path.map((part) => part.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_'));
  return `CACTUS_${words.join('_').toUpperCase()}`;
}

function leaves(
  object: z.ZodObject,
  above: readonly string[],
): { readonly path: readonly string[]; readonly schema: z.core.$ZodType }[] {
  const shape: Readonly<Record<string, z.core.$ZodType>> = object.def.shape;
  return Object.entries(shape).flatMap(([name, schema]) => {
    const inner = bare(schema);
    const path = [...above, name];
    return inner instanceof z.ZodObject ? leaves(inner, path) : [{ path, schema }];
  });
}

/** The type under optional, nullable and default. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodReadonly
  ) {
    inner = inner.def.innerType;
  }
  return inner;
}

function numberText(kind: z.ZodNumber): string {
  const noun = kind.isInt ? 'a whole number' : 'a number';
  const least = kind.minValue ?? Number.NEGATIVE_INFINITY;
  const most = kind.maxValue ?? Number.POSITIVE_INFINITY;
  const hasLeast = Number.isFinite(least) && least !== Number.MIN_SAFE_INTEGER;
  const hasMost = Number.isFinite(most) && most !== Number.MAX_SAFE_INTEGER;
  if (hasLeast && hasMost) return `${noun} from ${least} to ${most}`;
  if (hasLeast) return `${noun}, at least ${least}`;
  return hasMost ? `${noun}, at most ${most}` : noun;
}

/** Reads zod metadata, also when a wrapper such as `.nullable()` came after it. */
function metaOf(schema: z.core.$ZodType, name: 'description' | 'allowed' | 'secret' | 'alias'): string | undefined {
  let inner: z.core.$ZodType | undefined = schema;
  while (inner) {
    const meta: Record<string, unknown> | undefined = z.globalRegistry.get(inner);
    const value = meta?.[name];
    if (value !== undefined) return typeof value === 'string' ? value : JSON.stringify(value);
    inner = 'innerType' in inner._zod.def ? (inner._zod.def.innerType as z.core.$ZodType) : undefined;
  }
  return undefined;
}
