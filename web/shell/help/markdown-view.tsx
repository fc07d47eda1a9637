/** Draws blocks of an article. Text is text: nothing of it becomes markup, and only known kinds of address become links. */
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { useTexts } from '#web/i18n';
import { cx } from '#web/ui';
import { type CataloguedPage, pages } from '../catalogue.ts';
import { usePageLabel } from '../sidebar.tsx';
import { HELP_PATH } from './articles.ts';
import { helpTexts } from './help-texts.ts';
import { type Block, type Inline, plainText } from './markdown.ts';

const PAGES: ReadonlyMap<string, CataloguedPage> = new Map(pages.map((page) => [page.path, page]));
const NARROW_COLUMNS_MAX = 4;
const LONG_WORD = /\S{15}/;
const LINK = 'text-accent underline underline-offset-2 hover:no-underline';
const CODE = 'rounded bg-sunken px-1 py-px font-mono text-[0.8125rem]';

export function MarkdownView({ blocks }: { readonly blocks: readonly Block[] }) {
  // Lines of prose stay short; a table of five columns needs the room.
  const isWide = blocks.some((block) => block.kind === 'table' && block.head.length > NARROW_COLUMNS_MAX);
  return (
    <div
      className={cx(
        'flex min-w-0 flex-col gap-4 text-[0.9375rem] leading-6',
        isWide ? 'max-w-[60rem]' : 'max-w-[46rem]',
      )}
    >
      {blocks.map((block, index) => (
        // An article never changes while it is read: its places are its keys.
        // oxlint-disable-next-line react/no-array-index-key
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      return block.level === 3 ? (
        <h3 id={block.id} tabIndex={-1} className="mt-1 text-sm font-semibold outline-none">
          <Words content={block.content} />
        </h3>
      ) : (
        <h2 id={block.id} tabIndex={-1} className="mt-4 text-base font-semibold outline-none">
          <Words content={block.content} />
        </h2>
      );
    case 'paragraph':
      return (
        <p>
          <Words content={block.content} />
        </p>
      );
    case 'note':
      return (
        <p className="avoid-break rounded-md border-l-3 border-accent bg-accent-soft px-4 py-3">
          <Words content={block.content} />
        </p>
      );
    case 'list':
      return <ListView block={block} />;
    case 'code':
      return <CodeView block={block} />;
    case 'table':
      return <TableView block={block} />;
  }
}

function ListView({ block }: { readonly block: Extract<Block, { kind: 'list' }> }) {
  const items = block.items.map((item, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- see above
    <li key={index} className="pl-1">
      <Words content={item} />
    </li>
  ));
  if (!block.isOrdered) return <ul className="flex list-disc flex-col gap-1.5 pl-5 marker:text-muted">{items}</ul>;
  return (
    <ol start={block.start} className="figures flex list-decimal flex-col gap-1.5 pl-6 marker:text-muted">
      {items}
    </ol>
  );
}

function CodeView({ block }: { readonly block: Extract<Block, { kind: 'code' }> }) {
  const t = useTexts(helpTexts);
  return (
    <pre
      // A region that scrolls must be reachable by keyboard.
      // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- see above
      tabIndex={0}
      role="group"
      aria-label={t('code')}
      className="overflow-x-auto rounded-md border border-line bg-sunken px-4 py-3 font-mono text-[0.8125rem] leading-5 print:whitespace-pre-wrap"
    >
      {block.text}
    </pre>
  );
}

function TableView({ block }: { readonly block: Extract<Block, { kind: 'table' }> }) {
  return (
    <div
      // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={block.head.map(plainText).join(', ')}
      className="overflow-x-auto rounded-md border border-line bg-surface"
    >
      <table className="w-full min-w-[34rem] text-sm leading-5 print:min-w-0">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">{block.head.map(cellOf('th'))}</tr>
        </thead>
        <tbody>
          {block.rows.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- see above
            <tr key={index} className="border-b border-line align-top last:border-b-0">
              {row.map(cellOf('td'))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellOf(Cell: 'th' | 'td') {
  return (content: readonly Inline[], index: number): ReactNode => (
    <Cell key={index} {...(Cell === 'th' ? { scope: 'col' } : {})} className="px-3 py-2 font-normal">
      <Words content={content} />
    </Cell>
  );
}

function Words({ content }: { readonly content: readonly Inline[] }) {
  // oxlint-disable-next-line react/no-array-index-key -- see above
  return content.map((part, index) => <Word key={index} part={part} />);
}

function Word({ part }: { readonly part: Inline }): ReactNode {
  switch (part.kind) {
    case 'text':
      return <Breakable text={part.text} />;
    case 'strong':
      return <strong className="font-semibold">{part.text}</strong>;
    case 'emphasis':
      return <em>{part.text}</em>;
    case 'code':
      return <Code text={part.text} />;
    case 'link':
      return <Reference href={part.href}>{part.text}</Reference>;
  }
}

/** The address of a page of the app reads as its name and leads there; anything else is code. */
function Code({ text }: { readonly text: string }) {
  const page = PAGES.get(text);
  return page && !text.includes('$') ? (
    <PageLink page={page} />
  ) : (
    <code className={CODE}>
      <Breakable text={text} />
    </code>
  );
}

/** Long names and addresses may break where their parts meet, so that a table of them fits its page; figures never do. */
function Breakable({ text }: { readonly text: string }): ReactNode {
  if (!LONG_WORD.test(text)) return text;
  return text.split(/(?<=[._/:@])(?=[^\s\d._/:@])|(?<=[a-z])(?=[A-Z])/).map((piece, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- see above
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {piece}
    </Fragment>
  ));
}

function PageLink({ page }: { readonly page: CataloguedPage }) {
  const label = usePageLabel(page);
  return (
    <Link to={page.path} className={LINK}>
      {label}
    </Link>
  );
}

/** `tour.md#start` is another article, `#start` a place of this one, the rest is the web. */
function Reference({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  if (href.startsWith('https://')) {
    return (
      <a href={href} target="_blank" rel="noreferrer" className={LINK}>
        {children}
      </a>
    );
  }
  const [, slug = '', place] = /([\w-]*)(?:\.md)?(?:#([\w-]+))?$/.exec(href) ?? [];
  return (
    <Link to={slug === '' ? '.' : `${HELP_PATH}/${slug}`} {...(place ? { hash: place } : {})} className={LINK}>
      {children}
    </Link>
  );
}
