/**
 * Goal: the help is whole and true to the screen. Both languages have the same articles with the same shape, links lead somewhere, every
 * button and page that is named exists, and every page knows its article. (What it says of commands, settings and routes is compared with
 * the code by `tools/help.test.ts`.)
 */
import { expect, test } from 'vitest';
import type { DomainTexts } from '#web/i18n';
import { domainWebs, pages } from '../catalogue.ts';
import { ARTICLES, type ArticleSlug, HELP_PATH, helpPathOf, PAGE_HELP } from './articles.ts';
import { searchHelp } from './help-search.ts';
import { type Article, readLibrary } from './library.ts';
import type { Block, Inline } from './markdown.ts';
import * as english from './texts-en.ts';
import * as spanish from './texts-es.ts';

const LANGUAGES = ['es', 'en'] as const;
type Spoken = (typeof LANGUAGES)[number];
const SOURCES = { es: spanish, en: english };
const LIBRARIES = {
  es: readLibrary(spanish.articleTexts, {}),
  en: readLibrary(english.articleTexts, {}),
};
const slugs = ARTICLES.map(({ slug }) => slug);
const everyArticle = LANGUAGES.flatMap((language) => slugs.map((slug) => [language, slug] as const));

function articleOf(language: Spoken, slug: ArticleSlug): Article {
  const article = LIBRARIES[language].get(slug);
  if (!article) throw new Error(`docs/${language}/${slug}.md is missing`);
  return article;
}

test.each(LANGUAGES)('%s: every article of the index is written, and nothing else', (language) => {
  const written = Object.keys(SOURCES[language].articleTexts).map((path) => /([\w-]+)\.md$/.exec(path)?.[1] ?? path);
  expect(written.toSorted()).toEqual(slugs.toSorted());
});

/** What a translation must keep: the order of blocks, headings, code, and how long tables and lists are. */
function shapeOf(block: Block): string {
  if (block.kind === 'heading') return `h${block.level}`;
  if (block.kind === 'code') return `code ${block.language}: ${commandsOf(block.text)}`;
  if (block.kind === 'table') return `table ${block.head.length}x${block.rows.length}`;
  return block.kind === 'list' ? `list ${block.items.length}` : block.kind;
}

/** Commands without their comments; a placeholder in capitals (FICHERO, FILE) is one in any language. */
function commandsOf(code: string): string {
  const lines = code.split('\n').filter((line) => /^(?:npx|npm|[A-Z_]+=\S+ npm)\b/.test(line));
  return lines.map((line) => commandOf(line)).join('; ');
}

function commandOf(line: string): string {
  const words = line.replace(/\s+#.*$/, '').split(/\s+/);
  return words.map((word) => (/^(?:[A-Z]{3,}|[a-z]+\.csv|,|\.)$/.test(word) ? '_' : word)).join(' ');
}

test.each(slugs)('%s: both languages say the same things in the same order', (slug) => {
  const [es, en] = LANGUAGES.map((language) => articleOf(language, slug).blocks.map(shapeOf));
  expect(es).toEqual(en);
});

test.each(everyArticle)('%s/%s opens with its title and one paragraph that says what it is for', (language, slug) => {
  const { title, lead, blocks } = articleOf(language, slug);
  expect(title).not.toBe(slug);
  expect(lead.length).toBeGreaterThan(20);
  expect(blocks.filter((block) => block.kind === 'heading' && block.level === 1)).toHaveLength(1);
});

test.each(everyArticle)('%s/%s uses nothing that the reader of Markdown does not know', (language, slug) => {
  const entry = Object.entries(SOURCES[language].articleTexts).find(([path]) => path.endsWith(`/${slug}.md`));
  const outside = (entry?.[1] ?? '').replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]+`/g, '');
  const strange = outside
    .split('\n')
    .filter((line) => /<\/?[a-z!]|!\[|^#{4}|^\s+(?:-|\d+\.) |^ {4}|^\*(?!\*)|~~~/.test(line));
  expect(strange).toEqual([]);
});

function wordsOf(article: Article): readonly Inline[] {
  return article.blocks.flatMap((block) => {
    if (block.kind === 'code') return [];
    if (block.kind === 'list') return block.items.flat();
    if (block.kind === 'table') return [block.head, ...block.rows].flat(2);
    return block.content;
  });
}

test.each(everyArticle)('%s/%s: its links lead to an article and a heading that exist', (language, slug) => {
  const links = wordsOf(articleOf(language, slug)).flatMap((part) => (part.kind === 'link' ? [part.href] : []));
  const dead = links.filter((href) => !href.startsWith('https://') && !leadsSomewhere(language, slug, href));
  expect(dead).toEqual([]);
});

function leadsSomewhere(language: Spoken, from: ArticleSlug, href: string): boolean {
  const [file = '', place] = href.split('#');
  const target = LIBRARIES[language].get((file === '' ? from : file.replace(/\.md$/, '')) as ArticleSlug);
  if (!target) return false;
  return place === undefined || target.blocks.some((block) => block.kind === 'heading' && block.id === place);
}

/** Every word on screen, by language. */
const dictionaries = (() => {
  const modules = import.meta.glob<Record<string, unknown>>(
    ['../../**/*-texts.ts', '../../../domains/*/web/*texts.ts'],
    {
      eager: true,
    },
  );
  const isTexts = (value: unknown): value is DomainTexts<string> =>
    typeof value === 'object' && value !== null && 'es' in value && 'en' in value;
  const all = [
    ...Object.values(modules).flatMap((module) => Object.values(module)),
    ...domainWebs.map((web) => web.texts),
  ];
  const texts = all.filter(isTexts);
  return {
    es: new Set(texts.flatMap((each) => Object.values(each.es))),
    en: new Set(texts.flatMap((each) => Object.values(each.en))),
  };
})();

test.each(everyArticle)('%s/%s: what is bold is written like that on some screen', (language, slug) => {
  const bold = wordsOf(articleOf(language, slug)).flatMap((part) => (part.kind === 'strong' ? [part.text] : []));
  expect(bold.filter((words) => !dictionaries[language].has(words))).toEqual([]);
});

const SERVER_PATHS = /^\/(?:api|health|metrics)(?:\/|$)/;
const TELEGRAM_WORDS = new Set(['/newbot', '/stop']); // What people type in the chat.

test.each(everyArticle)('%s/%s: every page it names exists', (language, slug) => {
  const named = wordsOf(articleOf(language, slug)).flatMap((part) =>
    part.kind === 'code' && /^\/[a-z]/.test(part.text) ? [part.text] : [],
  );
  const known = new Set<string>(pages.map((page) => page.path));
  expect(named.filter((path) => !known.has(path) && !SERVER_PATHS.test(path) && !TELEGRAM_WORDS.has(path))).toEqual([]);
});

test('every page has its article or a reason, and nothing else is listed', () => {
  expect(Object.keys(PAGE_HELP).toSorted()).toEqual(pages.map((page) => page.path).toSorted());
  expect(helpPathOf('/ajustes/copias')).toBe(`${HELP_PATH}/backups`);
  expect(helpPathOf('/galeria')).toBe(HELP_PATH);
  expect(helpPathOf(undefined)).toBe(HELP_PATH);
});

test('the search: titles first, then headings, then texts; accents and case do not matter', () => {
  const [first] = searchHelp(LIBRARIES.es, 'COPIAS');
  expect(first).toMatchObject({ slug: 'backups', heading: null, href: '/ayuda/backups' });
  expect(searchHelp(LIBRARIES.es, 'nadie entrar')[0]).toMatchObject({
    href: '/ayuda/operations#si-nadie-puede-entrar',
  });
  expect(searchHelp(LIBRARIES.es, 'auditoria')[0]).toMatchObject({ heading: 'Auditoría' });
  expect(searchHelp(LIBRARIES.en, 'backup_key_missing')[0]?.excerpt).toContain('backup_key_missing');
  expect(searchHelp(LIBRARIES.en, 'zzz')).toEqual([]);
  expect(searchHelp(LIBRARIES.en, '  ')).toEqual([]);
});
