/**
 * Finds keys a schema does not know, at any depth. Plain `z.object` drops them silently, which hides a client's typo
 * (`amout`) until money is wrong; contracts would have to write `strictObject` everywhere to be safe.
 */
import { z } from 'zod';

const DEPTH_MAX = 32; // Deeper than any contract; a recursive schema must not walk a hostile body forever.

type Path = readonly PropertyKey[];

/** Paths of the unknown keys of `value`, in order of appearance. */
export function unknownKeyPaths(type: z.core.$ZodType, value: unknown): Path[] {
  return walk(type, value, []);
}

function walk(type: z.core.$ZodType, value: unknown, path: Path): Path[] {
  if (path.length > DEPTH_MAX || typeof value !== 'object' || value === null) return [];
  if (type instanceof z.ZodObject) return walkObject(type, value as Record<string, unknown>, path);
  if (type instanceof z.ZodArray) return walkList(value, path, () => type.def.element);
  if (type instanceof z.ZodTuple) return walkList(value, path, (index) => type.def.items[index] ?? type.def.rest);
  if (type instanceof z.ZodRecord) {
    return Object.entries(value).flatMap(([key, entry]) => walk(type.def.valueType, entry, [...path, key]));
  }
  if (type instanceof z.ZodUnion) return walkUnion(type, value, path);
  if (type instanceof z.ZodIntersection) return walkIntersection(type, value, path);
  if (type instanceof z.ZodPipe) return walk(type.def.in, value, path);
  if (type instanceof z.ZodLazy) return walk(type.def.getter(), value, path);
  const inner = innerOf(type);
  return inner ? walk(inner, value, path) : [];
}

function innerOf(type: z.core.$ZodType): z.core.$ZodType | null {
  const wraps =
    type instanceof z.ZodOptional ||
    type instanceof z.ZodNullable ||
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault ||
    type instanceof z.ZodNonOptional ||
    type instanceof z.ZodReadonly ||
    type instanceof z.ZodCatch;
  return wraps ? type.def.innerType : null;
}

function walkObject(type: z.ZodObject, value: Record<string, unknown>, path: Path): Path[] {
  const shape: Readonly<Record<string, z.core.$ZodType>> = type.def.shape;
  return Object.keys(value).flatMap((key) => {
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (field) return walk(field, value[key], [...path, key]);
    const catchall = type.def.catchall;
    // `strictObject` reports its own unknown keys (catchall never); `looseObject` welcomes them.
    return catchall ? walk(catchall, value[key], [...path, key]) : [[...path, key]];
  });
}

function walkList(value: object, path: Path, elementAt: (index: number) => z.core.$ZodType | null | undefined): Path[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown, index) => {
    const element = elementAt(index);
    return element ? walk(element, entry, [...path, index]) : [];
  });
}

/** Of the options that accept the value, the one with the fewest unknown keys speaks; none accepting is zod's to report. */
function walkUnion(type: z.ZodUnion, value: object, path: Path): Path[] {
  const accepting = type.def.options.filter((option) => z.safeParse(option, value).success);
  const found = accepting.map((option) => walk(option, value, path));
  return found.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** A key is unknown to an intersection only when both sides do not know it. */
function walkIntersection(type: z.ZodIntersection, value: object, path: Path): Path[] {
  const right = new Set(walk(type.def.right, value, path).map((found) => found.join('\u0000')));
  return walk(type.def.left, value, path).filter((found) => right.has(found.join('\u0000')));
}
