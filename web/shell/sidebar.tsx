/** The areas at the left: 240 px, icons only when collapsed with `[`. */
import { Link } from '@tanstack/react-router';
import { CircleQuestionMark } from 'lucide-react';
import { type DomainTexts, useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { cx } from '#web/ui';
import { ActionButton } from './action-button.tsx';
import { type CataloguedPage, navPages } from './catalogue.ts';
import { HELP_PATH } from './help/articles.ts';
import { LiveBox } from './live-box.tsx';
import { Logo } from './logo.tsx';
import { isAllowed, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';

const SETTINGS_ORDER = 1_000;

/** The areas this person may enter. */
export function useNavPages(): readonly CataloguedPage[] {
  const session = useSession();
  return navPages.filter((page) => isAllowed(session, page.permission));
}

export function Sidebar() {
  const t = useTexts(shellTexts);
  const { isSidebarCollapsed } = usePreferences();
  const shown = useNavPages();
  return (
    <aside
      data-shell
      className={cx(
        'sticky top-0 z-20 hidden h-dvh shrink-0 flex-col border-r border-line bg-bg md:flex',
        isSidebarCollapsed ? 'w-16' : 'w-60',
      )}
    >
      <Link
        to="/"
        className={cx(
          'flex h-14 shrink-0 items-center gap-2.5 outline-offset-[-4px]',
          isSidebarCollapsed ? 'justify-center' : 'px-5',
        )}
      >
        <Logo />
        <span className={cx('text-base font-semibold tracking-[-0.01em]', isSidebarCollapsed && 'sr-only')}>
          Cactus
        </span>
      </Link>
      <nav aria-label={t('mainNav')} data-region className="min-h-0 flex-1 overflow-y-auto px-3 pt-3">
        <ul className="flex flex-col gap-0.5">
          {shown.map((page) => (
            <NavItem key={page.path} page={page} isCollapsed={isSidebarCollapsed} />
          ))}
        </ul>
      </nav>
      <div className="flex flex-col gap-2 p-3">
        <Link
          to={HELP_PATH}
          title={isSidebarCollapsed ? t('help') : undefined}
          className={cx(
            'flex h-9 items-center gap-2.5 rounded-md text-sm font-medium text-muted hover:bg-sunken hover:text-fg',
            isSidebarCollapsed ? 'justify-center' : 'px-2',
          )}
        >
          <CircleQuestionMark size={18} aria-hidden className="shrink-0" />
          <span className={isSidebarCollapsed ? 'sr-only' : ''}>{t('help')}</span>
        </Link>
        <div className={isSidebarCollapsed ? 'flex justify-center' : ''}>
          <ActionButton id="collapse" />
        </div>
        <LiveBox isCollapsed={isSidebarCollapsed} />
      </div>
    </aside>
  );
}

function NavItem({ page, isCollapsed }: { readonly page: CataloguedPage; readonly isCollapsed: boolean }) {
  const label = usePageLabel(page);
  const Icon = page.nav?.icon;
  const isLast = page.nav?.order === SETTINGS_ORDER;
  return (
    <li className={isLast ? 'mt-2 border-t border-line pt-2' : undefined}>
      <Link
        to={page.path}
        activeOptions={{ exact: page.path === '/' }}
        title={isCollapsed ? label : undefined}
        className={cx(
          'flex h-9 items-center gap-2.5 rounded-md text-sm font-medium text-muted outline-offset-0 transition-colors',
          isCollapsed ? 'justify-center' : 'px-2',
        )}
        activeProps={{ className: 'bg-accent-soft !text-accent' }}
        inactiveProps={{ className: 'hover:bg-sunken hover:text-fg' }}
      >
        {Icon && <Icon size={18} aria-hidden className="shrink-0" />}
        <span className={isCollapsed ? 'sr-only' : 'truncate'}>{label}</span>
      </Link>
    </li>
  );
}

/** The name of a page in the reader's language. */
export function usePageLabel(page: { readonly texts: DomainTexts<string>; readonly titleKey: string }): string {
  return useTexts(page.texts)(page.titleKey);
}
