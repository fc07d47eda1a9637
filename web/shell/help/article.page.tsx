/** One article, with its headings beside it where there is room. */
import { Link, useRouterState } from '@tanstack/react-router';
import { BookX, Printer } from 'lucide-react';
import { useEffect } from 'react';
import { useTexts } from '#web/i18n';
import { Button, ButtonLink, EmptyState, ErrorState, PageHeader, Skeleton } from '#web/ui';
import { usePageTitle } from '../document-title.ts';
import { usePathParam } from '../url-state.ts';
import { HELP_PATH } from './articles.ts';
import { helpTexts } from './help-texts.ts';
import type { Article } from './library.ts';
import { MarkdownView } from './markdown-view.tsx';
import { plainText } from './markdown.ts';
import { useLibrary } from './use-library.ts';

const HEADINGS_SHOWN_MAX = 24; // The list of events has dozens: the search finds those.

export default function ArticlePage() {
  const t = useTexts(helpTexts);
  const slug = usePathParam('article');
  const { data: library, error, refetch } = useLibrary();
  const article = [...(library?.values() ?? [])].find((each) => each.slug === slug);
  usePageTitle(article?.title);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!library) return <Skeleton className="max-w-2xl pt-2" />;
  if (!article) {
    return (
      <div className="pt-12">
        <h1 className="sr-only">{t('missingTitle')}</h1>
        <EmptyState
          icon={BookX}
          title={t('missingTitle')}
          detail={t('missingDetail')}
          action={<ButtonLink to={HELP_PATH}>{t('toIndex')}</ButtonLink>}
        />
      </div>
    );
  }
  return <ArticleView key={article.slug} article={article} />;
}

function ArticleView({ article }: { readonly article: Article }) {
  const t = useTexts(helpTexts);
  useScrollToHash();
  return (
    <>
      <PageHeader
        title={article.title}
        back={{ to: HELP_PATH, label: t('help') }}
        actions={
          <Button kind="ghost" icon={Printer} onClick={() => print()}>
            {t('print')}
          </Button>
        }
      />
      <div className="flex items-start gap-12">
        <article className="min-w-0 flex-1">
          <MarkdownView blocks={article.blocks.slice(1)} />
        </article>
        <OnThisPage article={article} />
      </div>
    </>
  );
}

function OnThisPage({ article }: { readonly article: Article }) {
  const t = useTexts(helpTexts);
  const headings = article.blocks.flatMap((block) => (block.kind === 'heading' && block.level === 2 ? [block] : []));
  if (headings.length < 2) return null;
  return (
    <nav aria-label={t('onThisPage')} className="no-print sticky top-20 hidden w-60 shrink-0 text-sm xl:block">
      <p className="mb-2 text-xs text-muted">{t('onThisPage')}</p>
      <ul className="flex max-h-[calc(100dvh-8rem)] flex-col gap-1 overflow-y-auto border-l border-line">
        {headings.slice(0, HEADINGS_SHOWN_MAX).map((heading) => (
          <li key={heading.id}>
            <Link
              to="."
              hash={heading.id}
              className="block py-0.5 pl-3 text-muted outline-offset-[-2px] hover:text-fg"
              activeProps={{}}
            >
              {plainText(heading.content)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The article loads after the address: the browser has looked for its place in vain by then. */
function useScrollToHash(): void {
  const hash = useRouterState({ select: (state) => state.location.hash });
  useEffect(() => {
    const place = hash === '' ? null : document.getElementById(hash);
    if (!place) return;
    place.scrollIntoView({ block: 'start' });
    place.focus({ preventScroll: true });
  }, [hash]);
}
