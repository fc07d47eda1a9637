/** Search of the help: titles first, then headings, then texts; accents and case do not matter. The palette asks here too. */
import { foldText, matchesText } from '#web/i18n';
import { type Language, preferences } from '#web/preferences';
import type { FoundEntity } from '../types.ts';
import { type ArticleSlug, HELP_PATH } from './articles.ts';
import { type Article, type Library, openLibrary } from './library.ts';
import { type Block, plainText } from './markdown.ts';

export interface HelpHit {
  readonly slug: ArticleSlug;
  readonly article: string;
  /** Null when it is the article's opening. */
  readonly heading: string | null;
  readonly href: `/${string}`;
  /** A few words around what was typed. */
  readonly excerpt: string;
}

interface Section {
  readonly id: string | null;
  readonly heading: string;
  readonly text: string;
}

const HITS_MAX = 20; // More than a screenful helps nobody: type another word.
const PALETTE_HITS_MAX = 5; // The palette has more to show than help.
const BEFORE_LETTERS = 40;
const EXCERPT_LETTERS = 150;

/** Sections that hold every typed word, best first: in the article's title, in a heading, in the text. */
export function searchHelp(library: Library, typed: string): readonly HelpHit[] {
  if (typed.trim() === '') return [];
  const ranked = [...library.values()].flatMap((article) =>
    sectionsOf(article)
      .filter((section) => matchesText(`${article.title} ${section.heading} ${section.text}`, typed))
      // A word of the title alone would bring every section of its article.
      .filter((section) => section.id === null || matchesText(`${section.heading} ${section.text}`, typed))
      .map((section) => ({ rank: rankOf(article, section, typed), hit: hitOf(article, section, typed) })),
  );
  return ranked
    .toSorted((left, right) => left.rank - right.rank)
    .slice(0, HITS_MAX)
    .map(({ hit }) => hit);
}

function rankOf(article: Article, section: Section, typed: string): number {
  if (section.id === null && matchesText(article.title, typed)) return 0;
  return matchesText(section.heading, typed) ? 1 : 2;
}

function hitOf(article: Article, section: Section, typed: string): HelpHit {
  const place = section.id === null ? '' : `#${section.id}`;
  return {
    slug: article.slug,
    article: article.title,
    heading: section.id === null ? null : section.heading,
    href: `${HELP_PATH}/${article.slug}${place}`,
    excerpt: excerptOf(section.text, typed),
  };
}

/** What was typed with some words around it, cut at spaces. */
function excerptOf(text: string, typed: string): string {
  const [word = ''] = foldText(typed.trim()).split(/\s+/);
  // Folding drops accents only, so the places nearly agree; a few letters off does no harm to an excerpt.
  const found = Math.max(0, foldText(text).indexOf(word));
  const start = found <= BEFORE_LETTERS ? 0 : text.indexOf(' ', found - BEFORE_LETTERS) + 1;
  const end = text.length - start <= EXCERPT_LETTERS ? text.length : text.lastIndexOf(' ', start + EXCERPT_LETTERS);
  return `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`;
}

function sectionsOf(article: Article): readonly Section[] {
  const sections: { id: string | null; heading: string; texts: string[] }[] = [];
  for (const block of article.blocks) {
    if (block.kind === 'heading') {
      const id = block.level === 1 ? null : block.id;
      sections.push({ id, heading: plainText(block.content), texts: [] });
    } else sections.at(-1)?.texts.push(textOf(block));
  }
  return sections.map(({ id, heading, texts }) => ({ id, heading, text: texts.join(' ') }));
}

function textOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
    case 'note':
      return plainText(block.content);
    case 'list':
      return block.items.map(plainText).join(' ');
    case 'code':
      return block.text;
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(plainText).join(' ')).join(' ');
  }
}

/** For the palette. */
export async function findHelp(typed: string): Promise<readonly FoundEntity[]> {
  const { language } = preferences();
  const hits = searchHelp(await openLibrary(language), typed);
  return hits.slice(0, PALETTE_HITS_MAX).map((hit) => ({
    id: `help:${hit.href}`,
    label: hit.heading ?? hit.article,
    detail: hit.heading === null ? HELP_WORD[language] : `${HELP_WORD[language]} · ${hit.article}`,
    href: hit.href,
  }));
}

const HELP_WORD: Readonly<Record<Language, string>> = { es: 'Ayuda', en: 'Help' };
