/**
 * Reads the Markdown that the articles of `docs/` use, into blocks that React draws: headings, paragraphs, notes, flat lists, fenced code,
 * tables; bold, code and links inside. Anything else (HTML, images, nesting) stays plain text, and a test keeps it out of the articles.
 */
import { foldText } from '#web/i18n';

export type Inline =
  | { readonly kind: 'text' | 'strong' | 'emphasis' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly id: string; readonly content: readonly Inline[] }
  | { readonly kind: 'paragraph' | 'note'; readonly content: readonly Inline[] }
  | {
      readonly kind: 'list';
      readonly isOrdered: boolean;
      readonly start: number;
      readonly items: readonly (readonly Inline[])[];
    }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    };

const FENCE = /^```(\w*)$/;
const HEADING = /^(#{1,3}) (.+)$/;
const ITEM = /^(?:-|(\d+)\.) (.+)$/;
const ROW = /^\|(.+)\|$/;
const NOTE = /^> ?(.*)$/;
/** Code first: nothing inside it means anything else. Emphasis needs an edge outside, or `snake_case_names` would lean. */
const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\p{L}\p{N}_])_([^_]+)_(?![\p{L}\p{N}_])|\[([^\]]+)\]\(([^()\s]+)\)/gu;
/** The only addresses that become links: the web over TLS, another article, a place of this one. */
const HREF = /^(?:https:\/\/|(?:\.\.\/)*[\w-][\w/-]*\.md(?:#[\w-]+)?$|#[\w-]+$)/;

/** Splits a page into blocks. Never fails: what it does not know is a paragraph. */
export function parseMarkdown(text: string): readonly Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  const ids = new Map<string, number>();
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') at += 1;
    else {
      const [block, next] = readBlock(lines, at, ids);
      blocks.push(block);
      at = next;
    }
  }
  return blocks;
}

function readBlock(
  lines: readonly string[],
  at: number,
  ids: Map<string, number>,
): readonly [block: Block, next: number] {
  const line = lines[at] ?? '';
  const fence = FENCE.exec(line);
  if (fence) return readCode(lines, at, fence[1] ?? '');
  const heading = HEADING.exec(line);
  if (heading) {
    const [, marks = '', title = ''] = heading;
    const level = marks.length as 1 | 2 | 3;
    return [{ kind: 'heading', level, id: uniqueId(title, ids), content: parseInline(title) }, at + 1];
  }
  if (ITEM.test(line)) return readList(lines, at);
  if (ROW.test(line)) return readTable(lines, at);
  if (NOTE.test(line)) {
    const end = endOf(lines, at, (each) => NOTE.test(each));
    const words = lines.slice(at, end).map((each) => NOTE.exec(each)?.[1] ?? '');
    return [{ kind: 'note', content: parseInline(words.join(' ')) }, end];
  }
  const end = endOf(lines, at, (each) => each.trim() !== '' && !startsBlock(each));
  const words = lines.slice(at, Math.max(end, at + 1)).map((each) => each.trim());
  return [{ kind: 'paragraph', content: parseInline(words.join(' ')) }, Math.max(end, at + 1)];
}

function startsBlock(line: string): boolean {
  return [FENCE, HEADING, ITEM, ROW, NOTE].some((pattern) => pattern.test(line));
}

/** The first line from `at` on that no longer belongs. */
function endOf(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  let end = at;
  while (end < lines.length && belongs(lines[end] ?? '')) end += 1;
  return end;
}

function readCode(lines: readonly string[], at: number, language: string): readonly [Block, number] {
  const end = endOf(lines, at + 1, (line) => line !== '```');
  return [{ kind: 'code', language, text: lines.slice(at + 1, end).join('\n') }, end + 1];
}

/** Items may go on in indented lines. */
function readList(lines: readonly string[], at: number): readonly [Block, number] {
  const isOrdered = ITEM.exec(lines[at] ?? '')?.[1] !== undefined;
  const start = Number(ITEM.exec(lines[at] ?? '')?.[1] ?? 1);
  const isItem = (line: string) => ITEM.test(line) && (ITEM.exec(line)?.[1] !== undefined) === isOrdered;
  const end = endOf(lines, at, (line) => isItem(line) || /^ {2,}\S/.test(line));
  const items: string[] = [];
  for (const line of lines.slice(at, end)) {
    if (isItem(line)) items.push(ITEM.exec(line)?.[2] ?? '');
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return [{ kind: 'list', isOrdered, start, items: items.map(parseInline) }, end];
}

function readTable(lines: readonly string[], at: number): readonly [Block, number] {
  const end = endOf(lines, at, (line) => ROW.test(line));
  const cells = (line: string) =>
    (ROW.exec(line)?.[1] ?? '').split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replaceAll('\\|', '|')));
  const [head = '', ...rest] = lines.slice(at, end);
  const rows = rest.filter((line) => !/^\|[\s|:-]+\|$/.test(line));
  return [{ kind: 'table', head: cells(head), rows: rows.map(cells) }, end];
}

function parseInline(text: string): readonly Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, emphasis, label, href] = match;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    if (code !== undefined) parts.push({ kind: 'code', text: code });
    else if (strong !== undefined) parts.push({ kind: 'strong', text: strong });
    else if (emphasis !== undefined) parts.push({ kind: 'emphasis', text: emphasis });
    else if (label !== undefined && href !== undefined && HREF.test(href))
      parts.push({ kind: 'link', text: label, href });
    else parts.push({ kind: 'text', text: label ?? whole });
    from = match.index + whole.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** As people read it: for search, titles and the name of a heading. */
export function plainText(content: readonly Inline[]): string {
  return content.map((part) => part.text).join('');
}

function uniqueId(title: string, ids: Map<string, number>): string {
  const words = foldText(plainText(parseInline(title))).match(/[a-z0-9]+/g) ?? ['part'];
  const id = words.join('-');
  const count = (ids.get(id) ?? 0) + 1;
  ids.set(id, count);
  return count === 1 ? id : `${id}-${count}`;
}
