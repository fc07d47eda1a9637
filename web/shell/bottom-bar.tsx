/** A phone's navigation: the first four areas and the rest behind "Más". */
import { Link } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { cx, Menu } from '#web/ui';
import type { CataloguedPage } from './catalogue.ts';
import { shellTexts } from './shell-texts.ts';
import { useNavPages, usePageLabel } from './sidebar.tsx';

const TABS_MAX = 5; // Five thumbs' widths fit on 390 px.

export function BottomBar() {
  const t = useTexts(shellTexts);
  const shown = useNavPages();
  const isAll = shown.length <= TABS_MAX;
  const tabs = isAll ? shown : shown.slice(0, TABS_MAX - 1);
  return (
    <nav
      data-shell
      aria-label={t('mainNav')}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-bg pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="flex h-14">
        {tabs.map((page) => (
          <li key={page.path} className="min-w-0 flex-1">
            <TabLink page={page} />
          </li>
        ))}
        {!isAll && (
          <li className="min-w-0 flex-1">
            <MoreMenu pages={shown.slice(TABS_MAX - 1)} />
          </li>
        )}
      </ul>
    </nav>
  );
}

const TAB = 'flex size-full flex-col items-center justify-center gap-0.5 text-xs text-muted outline-offset-[-2px]';

function TabLink({ page }: { readonly page: CataloguedPage }) {
  const label = usePageLabel(page);
  const Icon = page.nav?.icon;
  return (
    <Link
      to={page.path}
      activeOptions={{ exact: page.path === '/' }}
      className={TAB}
      activeProps={{ className: '!text-accent font-medium' }}
    >
      {Icon && <Icon size={20} aria-hidden />}
      <span className="max-w-full truncate px-1">{label}</span>
    </Link>
  );
}

function MoreMenu({ pages }: { readonly pages: readonly CataloguedPage[] }) {
  const t = useTexts(shellTexts);
  const entries = pages.map((page) => ({
    id: page.path,
    label: <PageLabel page={page} />,
    to: page.path,
    ...(page.nav ? { icon: page.nav.icon } : {}),
  }));
  return (
    <Menu
      groups={[entries]}
      trigger={
        <button type="button" className={cx(TAB)}>
          <Ellipsis size={20} aria-hidden />
          {t('more')}
        </button>
      }
    />
  );
}

function PageLabel({ page }: { readonly page: CataloguedPage }) {
  return usePageLabel(page);
}
