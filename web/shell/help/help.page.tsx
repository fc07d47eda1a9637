/** Ayuda: the index by what somebody came for, and a search over everything. */
import { Link } from '@tanstack/react-router';
import { ChevronRight, Search } from 'lucide-react';
import { useState } from 'react';
import { useTexts } from '#web/i18n';
import { Card, EmptyState, ErrorState, PageHeader, SearchField, Skeleton, Stack } from '#web/ui';
import { ARTICLE_KINDS, type ArticleKind, ARTICLES, HELP_PATH } from './articles.ts';
import { searchHelp } from './help-search.ts';
import { helpTexts } from './help-texts.ts';
import type { Library } from './library.ts';
import { useLibrary } from './use-library.ts';

export default function HelpPage() {
  const t = useTexts(helpTexts);
  const { data: library, error, refetch } = useLibrary();
  const [typed, setTyped] = useState('');
  return (
    <>
      <PageHeader title={t('help')} description={t('helpLine')} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!library && !error && <Skeleton className="max-w-2xl" />}
      {library && (
        <Stack>
          <div className="no-print flex max-w-xl *:flex-1">
            <SearchField label={t('search')} placeholder={t('searchHint')} value={typed} onChange={setTyped} />
          </div>
          {typed.trim() === '' ? <Index library={library} /> : <Hits library={library} typed={typed} />}
        </Stack>
      )}
    </>
  );
}

function Index({ library }: { readonly library: Library }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Stack>
        <Shelf kind="tutorial" library={library} />
        <Shelf kind="how-to" library={library} />
      </Stack>
      <Stack>
        {ARTICLE_KINDS.filter((kind) => kind === 'reference' || kind === 'why').map((kind) => (
          <Shelf key={kind} kind={kind} library={library} />
        ))}
      </Stack>
    </div>
  );
}

function Shelf({ kind, library }: { readonly kind: ArticleKind; readonly library: Library }) {
  const t = useTexts(helpTexts);
  return (
    <Card title={t(`kind_${kind}`)} isFlush>
      <ul className="border-t border-line">
        {ARTICLES.filter((article) => article.kind === kind).map(({ slug }) => (
          <Row
            key={slug}
            href={`${HELP_PATH}/${slug}`}
            title={library.get(slug)?.title ?? slug}
            detail={library.get(slug)?.lead ?? ''}
          />
        ))}
      </ul>
    </Card>
  );
}

function Hits({ library, typed }: { readonly library: Library; readonly typed: string }) {
  const t = useTexts(helpTexts);
  const hits = searchHelp(library, typed);
  return (
    <>
      <p role="status" className={hits.length === 0 ? 'sr-only' : 'text-xs text-muted'}>
        {hits.length === 0 ? t('noHits', { typed }) : t('hits', { count: hits.length })}
      </p>
      {hits.length === 0 && <EmptyState icon={Search} title={t('noHits', { typed })} />}
      {hits.length > 0 && (
        <Card isFlush>
          <ul>
            {hits.map((hit) => (
              <Row
                key={hit.href}
                href={hit.href}
                title={hit.heading === null ? hit.article : `${hit.article} · ${hit.heading}`}
                detail={hit.excerpt}
              />
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function Row({ href, title, detail }: { readonly href: string; readonly title: string; readonly detail: string }) {
  const [to = '', place] = href.split('#');
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={to}
        {...(place ? { hash: place } : {})}
        className="flex min-h-14 items-center gap-3 px-4 py-2.5 outline-offset-[-2px] hover:bg-sunken"
      >
        <span className="min-w-0 flex-1">
          <span className="block text-sm font-medium">{title}</span>
          <span className="line-clamp-2 text-xs text-muted">{detail}</span>
        </span>
        <ChevronRight size={16} aria-hidden className="shrink-0 text-muted" />
      </Link>
    </li>
  );
}
