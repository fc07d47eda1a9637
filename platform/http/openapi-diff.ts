/**
 * Finds what would break a program written against an older API document: something gone, something newly required, or
 * another type. Additions never count. Inputs are strict (unknown keys are refused), so an input that goes is a break too.
 */
import type { OpenApiDocument } from './openapi.ts';

/** `in` is what clients send, `out` what they read: becoming optional breaks only readers, becoming required only senders. */
type Direction = 'in' | 'out';
type Node = Readonly<Record<string, unknown>>;

interface Walk {
  readonly older: Node;
  readonly newer: Node;
  readonly direction: Direction;
  /** Human path: `POST /api/alerts body.level`. */
  readonly at: string;
  /** Named pairs on the way here: a recursive schema is compared once. */
  readonly seen: readonly string[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** One sentence per break, each starting with its operation or event; empty when every old program still works. */
export function breakingChanges(older: OpenApiDocument, newer: OpenApiDocument): string[] {
  const breaks: string[] = [];
  for (const [path, operations] of entriesOf(older['paths'])) {
    for (const method of METHODS.filter((name) => name in operations)) {
      const at = `${method.toUpperCase()} ${path}`;
      const next = nodeAt(newer, ['paths', path, method]);
      if (!next) breaks.push(`${at} is gone`);
      else breaks.push(...operationBreaks(at, { older, newer, was: nodeOf(operations[method]), is: next }));
    }
  }
  for (const [name, webhook] of entriesOf(older['webhooks'])) {
    const next = nodeAt(newer, ['webhooks', name]);
    if (!next) breaks.push(`event ${name} is gone`);
    else breaks.push(...contentBreaks(`event ${name}`, { older, newer, was: webhook, is: next }, 'out'));
  }
  return breaks;
}

interface Pair {
  readonly older: OpenApiDocument;
  readonly newer: OpenApiDocument;
  readonly was: Node;
  readonly is: Node;
}

function operationBreaks(at: string, pair: Pair): string[] {
  const { older, newer, was, is } = pair;
  const bodies = { older, newer, was: { post: was }, is: { post: is } };
  return [...parameterBreaks(at, pair), ...contentBreaks(`${at} body`, bodies, 'in'), ...responseBreaks(at, pair)];
}

function parameterBreaks(at: string, { older, newer, was, is }: Pair): string[] {
  const before = parametersOf(older, was);
  const after = parametersOf(newer, is);
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${at} ${name} is gone`);
  const added = [...after].flatMap(([name, parameter]) => {
    const previous = before.get(name);
    if (parameter['required'] === true && previous?.['required'] !== true) return [`${at} ${name} is now required`];
    if (!previous) return [];
    const [from, to] = [nodeOf(previous['schema']), nodeOf(parameter['schema'])];
    return schemaBreaks({ older: from, newer: to, direction: 'in', at: `${at} ${name}`, seen: [] }, { older, newer });
  });
  return [...gone, ...added];
}

/** Compares the JSON body of `post` on both sides. */
function contentBreaks(at: string, { older, newer, was, is }: Pair, direction: Direction): string[] {
  const before = nodeAt(was, ['post', 'requestBody', 'content']);
  const after = nodeAt(is, ['post', 'requestBody', 'content']);
  if (!before) return after && direction === 'in' ? [`${at} is now required`] : [];
  if (!after) return [`${at} is gone`];
  return mediaBreaks(at, { older, newer, was: before, is: after }, direction);
}

function responseBreaks(at: string, { older, newer, was, is }: Pair): string[] {
  const successes = entriesOf(was['responses']).filter(([status]) => status.startsWith('2'));
  return successes.flatMap(([status, response]) => {
    const next = nodeAt(is, ['responses', status]);
    if (!next) return [`${at} no longer answers ${status}`];
    const before = nodeAt(response, ['content']);
    const after = nodeAt(next, ['content']);
    if (!before) return [];
    return after
      ? mediaBreaks(`${at} answer`, { older, newer, was: before, is: after }, 'out')
      : [`${at} answer is gone`];
  });
}

function mediaBreaks(at: string, { older, newer, was, is }: Pair, direction: Direction): string[] {
  return entriesOf(was).flatMap(([type, media]) => {
    const next = nodeAt(is, [type]);
    if (!next) return [`${at} is no longer ${type}`];
    const [from, to] = [nodeOf(media['schema']), nodeOf(next['schema'])];
    return schemaBreaks({ older: from, newer: to, direction, at, seen: [] }, { older, newer });
  });
}

function schemaBreaks(walk: Walk, documents: { readonly older: Node; readonly newer: Node }): string[] {
  const pairName = `${nameOf(walk.older)}>${nameOf(walk.newer)}`;
  if (pairName !== '>' && walk.seen.includes(pairName)) return [];
  const was = resolved(walk.older, documents.older);
  const is = resolved(walk.newer, documents.newer);
  const { at, direction } = walk;
  if (JSON.stringify(was['type']) !== JSON.stringify(is['type'])) {
    return [`${at} was ${kindOf(was)} and is ${kindOf(is)}`];
  }
  const below = (older: unknown, newer: unknown, step: string) =>
    schemaBreaks(
      { older: nodeOf(older), newer: nodeOf(newer), direction, at: `${at}${step}`, seen: [...walk.seen, pairName] },
      documents,
    );
  const fields = entriesOf(was['properties']).flatMap(([name, field]) => {
    const next = nodeAt(is, ['properties', name]);
    return next ? below(field, next, `.${name}`) : [`${at}.${name} is gone`];
  });
  const items = was['items'] && is['items'] ? below(was['items'], is['items'], '[]') : [];
  return [...fields, ...items, ...requiredBreaks(was, is, walk), ...choiceBreaks(was, is, walk)];
}

function requiredBreaks(was: Node, is: Node, { at, direction }: Walk): string[] {
  const [before, after] = [textsOf(was['required']), textsOf(is['required'])];
  if (direction === 'in') {
    return after.filter((name) => !before.includes(name)).map((name) => `${at}.${name} is now required`);
  }
  const stillThere = before.filter((name) => nodeAt(is, ['properties', name]) !== undefined);
  return stillThere.filter((name) => !after.includes(name)).map((name) => `${at}.${name} may now be missing`);
}

/** A sender loses a choice it used; a reader meets one it does not know only when the list was closed before. */
function choiceBreaks(was: Node, is: Node, { at, direction }: Walk): string[] {
  const [before, after] = [textsOf(was['enum']), textsOf(is['enum'])];
  if (direction === 'out' || before.length === 0 || after.length === 0) return [];
  return before.filter((choice) => !after.includes(choice)).map((choice) => `${at} no longer takes ${choice}`);
}

function parametersOf(document: Node, operation: Node): Map<string, Node> {
  const list = Array.isArray(operation['parameters']) ? operation['parameters'] : [];
  return new Map(
    list.map((entry: unknown) => {
      const parameter = resolved(nodeOf(entry), document);
      return [`${String(parameter['in'])} ${String(parameter['name'])}`, parameter];
    }),
  );
}

function resolved(node: Node, document: Node): Node {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  return nodeAt(document, reference.replace('#/', '').split('/')) ?? {};
}

function nameOf(node: Node): string {
  return typeof node['$ref'] === 'string' ? node['$ref'] : '';
}

function kindOf(node: Node): string {
  return node['type'] === undefined ? 'several shapes' : JSON.stringify(node['type']);
}

function nodeAt(node: Node, path: readonly string[]): Node | undefined {
  let current: unknown = node;
  for (const key of path) current = nodeOf(current)[key];
  return typeof current === 'object' && current !== null ? (current as Node) : undefined;
}

function nodeOf(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

function entriesOf(value: unknown): [string, Node][] {
  return Object.entries(nodeOf(value)).map(([key, entry]) => [key, nodeOf(entry)]);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
