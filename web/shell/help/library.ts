/** The articles of `docs/`, one language at a time: its texts are one file that loads when somebody first asks for help. */
import type { Language } from '#web/preferences';
import { APPENDICES, type ArticleSlug, ARTICLES } from './articles.ts';
import { type Block, parseMarkdown, plainText } from './markdown.ts';

export interface Article {
  readonly slug: ArticleSlug;
  readonly title: string;
  /** The first paragraph: what somebody gets from reading on. */
  readonly lead: string;
  readonly blocks: readonly Block[];
}

export type Library = ReadonlyMap<ArticleSlug, Article>;

type Texts = Readonly<Record<string, string>>;

const opened = new Map<Language, Promise<Library>>();

/** Every article in a language, in the order of the index. Loaded once; a failed load is tried again at the next call. */
export function openLibrary(language: Language): Promise<Library> {
  const known = opened.get(language);
  if (known) return known;
  const texts = language === 'es' ? import('./texts-es.ts') : import('./texts-en.ts');
  const library = texts.then(({ articleTexts, appendices }) => readLibrary(articleTexts, appendices));
  opened.set(language, library);
  library.catch(() => opened.delete(language));
  return library;
}

/** Reads the texts, keyed by path; an article that has an appendix ends with it. */
export function readLibrary(texts: Texts, appendices: Texts): Library {
  const textOf = (all: Texts, name: string) => Object.entries(all).find(([path]) => path.endsWith(`/${name}.md`))?.[1];
  return new Map(
    ARTICLES.flatMap(({ slug }) => {
      const text = textOf(texts, slug);
      if (text === undefined) return [];
      const appendix = APPENDICES[slug];
      // The title of what is appended becomes one of its headings.
      const added = appendix ? `\n\n#${textOf(appendices, appendix) ?? ''}` : '';
      return [[slug, articleOf(slug, parseMarkdown(text + added))] as const];
    }),
  );
}

function articleOf(slug: ArticleSlug, blocks: readonly Block[]): Article {
  const [title, lead] = blocks;
  return {
    slug,
    title: title?.kind === 'heading' ? plainText(title.content) : slug,
    lead: lead?.kind === 'paragraph' ? plainText(lead.content) : '',
    blocks,
  };
}
