/** Goal: the reader of Markdown understands what the articles use, never fails, and lets nothing through that is not text or a safe link. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, parseMarkdown, plainText } from './markdown.ts';

const text = (block: Block | undefined) => (block && 'content' in block ? plainText(block.content) : null);

test('headings get an address of their own, without accents, and a second one a number', () => {
  const blocks = parseMarkdown('# Guía rápida\n\n## La `llave` maestra\n\n## La llave maestra\n');
  expect(blocks.map((block) => block.kind === 'heading' && [block.level, block.id])).toEqual([
    [1, 'guia-rapida'],
    [2, 'la-llave-maestra'],
    [2, 'la-llave-maestra-2'],
  ]);
});

test('paragraphs join their lines and end where another block begins', () => {
  const blocks = parseMarkdown('One\ntwo\n- item\nthree\n> careful\n> now\n');
  expect(blocks.map((block) => [block.kind, text(block)])).toEqual([
    ['paragraph', 'One two'],
    ['list', null],
    ['paragraph', 'three'],
    ['note', 'careful now'],
  ]);
});

test('lists keep their number and the lines that go on', () => {
  const [list] = parseMarkdown('3. first\n   goes on\n4. second');
  expect(list).toMatchObject({ kind: 'list', isOrdered: true, start: 3 });
  expect(list?.kind === 'list' && list.items.map(plainText)).toEqual(['first goes on', 'second']);
});

test('code is as written, until its fence', () => {
  const [code, after] = parseMarkdown('```sh\nnpm start  # **not bold**\n\n- no list\n```\nafter');
  expect(code).toEqual({ kind: 'code', language: 'sh', text: 'npm start  # **not bold**\n\n- no list' });
  expect(text(after)).toBe('after');
});

test('tables: head, rows, and a bar inside a cell', () => {
  const [table] = parseMarkdown('| a | b |\n| --- | --- |\n| `x` | y \\| z |');
  expect(table?.kind === 'table' && [table.head, ...table.rows].map((row) => row.map(plainText))).toEqual([
    ['a', 'b'],
    ['x', 'y | z'],
  ]);
});

test('words: bold, emphasis, code; names with underscores stay whole', () => {
  const [paragraph] = parseMarkdown('**Press** _this_ `a **b**` and mail_host_unknown, _truncated.');
  expect(paragraph?.kind === 'paragraph' && paragraph.content).toEqual([
    { kind: 'strong', text: 'Press' },
    { kind: 'text', text: ' ' },
    { kind: 'emphasis', text: 'this' },
    { kind: 'text', text: ' ' },
    { kind: 'code', text: 'a **b**' },
    { kind: 'text', text: ' and mail_host_unknown, _truncated.' },
  ]);
});

test.each([
  ['[a](https://example.com/x)', 'link'],
  ['[a](tour.md)', 'link'],
  ['[a](../en/tour.md#start)', 'link'],
  ['[a](#start)', 'link'],
  ['[a](javascript:alert(1))', 'text'],
  ['[a](http://example.com)', 'text'],
  ['[a](data:text/html,x)', 'text'],
  ['[a](//example.com/x.md)', 'text'],
  ['[a](/etc/x.md)', 'text'],
  ['<img src=x onerror=alert(1)>', 'text'],
])('%s is a %s', (written, kind) => {
  const [paragraph] = parseMarkdown(written);
  const kinds = paragraph?.kind === 'paragraph' ? paragraph.content.map((part) => part.kind) : [];
  expect(new Set(kinds)).toEqual(new Set([kind]));
});

test('whatever is written, it ends, loses no letter of a plain line, and makes only safe links', () => {
  const word = fc.constantFrom(
    '#',
    '- ',
    '1. ',
    '|',
    '```',
    '> ',
    '**',
    '_',
    '`',
    '[a](b)',
    '](',
    'x',
    'ñ',
    '\n',
    ' ',
    '<b>',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      const links = JSON.stringify(parseMarkdown(words.join(''))).match(/"href":"[^"]*"/g) ?? [];
      return links.every((link) => /"href":"(?:https:|#|[\w./-]+\.md)/.test(link));
    }),
  );
  expect(text(parseMarkdown('2 < 3 * 4 _ 5')[0])).toBe('2 < 3 * 4 _ 5');
});
