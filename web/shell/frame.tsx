/** The frame around every page of a signed-in person. */
import { Outlet, useMatches, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { live, useApi, useRefreshAfterGap } from '#web/api';
import { useTexts } from '#web/i18n';
import { openPreferencesOf, usePreferences } from '#web/preferences';
import { ErrorState, Skeleton } from '#web/ui';
import { ActionsContext, doublesOf } from './actions.ts';
import { BottomBar } from './bottom-bar.tsx';
import { DemoRibbon } from './demo-ribbon.tsx';
import { TitleContext } from './document-title.ts';
import { OfflineRibbon } from './offline-ribbon.tsx';
import { ForbiddenPage } from './page-states.tsx';
import { isAllowed, SessionContext, useSession } from './session.ts';
import { useShellActions } from './shell-actions.ts';
import { shellTexts } from './shell-texts.ts';
import { useShortcuts } from './shortcuts.ts';
import { Sidebar } from './sidebar.tsx';
import { toSecondFactor, toSignIn } from './sign-in-redirect.ts';
import { TopBar } from './top-bar.tsx';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));
const ShortcutSheet = lazy(() => import('./shortcut-sheet.tsx').then((module) => ({ default: module.ShortcutSheet })));

/** Reads who is signed in; 401 leads to the sign-in page. */
export function SignedInFrame() {
  useRefreshAfterGap();
  const me = useApi('GET /api/me');
  const user = me.data?.user;
  const workspaceId = me.data?.lacksSecondFactor ? undefined : me.data?.workspace.id;
  // Before the paint: nobody sees the page in a language that is not hers.
  useLayoutEffect(() => {
    if (user) openPreferencesOf(user);
  }, [user]);
  useEffect(() => {
    if (!workspaceId) return undefined;
    live.start(toSignIn);
    return () => live.stop();
  }, [workspaceId]);
  const mustProtect = me.data?.lacksSecondFactor === true;
  useEffect(() => {
    if (mustProtect) toSecondFactor();
  }, [mustProtect]);
  if (me.data && !mustProtect) {
    return (
      <SessionContext value={me.data}>
        <Frame />
      </SessionContext>
    );
  }
  if (me.error && me.error.status !== 401) return <ErrorState error={me.error} onRetry={() => void me.refetch()} />;
  return <Skeleton className="mx-auto max-w-md p-12" />;
}

function Frame() {
  const t = useTexts(shellTexts);
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts' | null>(null);
  const close = useCallback(() => setOverlay(null), []);
  const openShortcuts = useCallback(() => setOverlay('shortcuts'), []);
  const openPalette = useCallback(() => setOverlay('palette'), []);
  const actions = useShellActions({ onPalette: openPalette, onShortcuts: openShortcuts });
  const listed = useMemo(() => actions.filter((action) => !action.isUnlisted), [actions]);
  useShortcuts(actions);
  useEffect(() => {
    const doubles = doublesOf(actions);
    // Heard by every test that draws a page; a person loses one shortcut, not the page.
    if (doubles.length > 0) reportError(new Error(`registered twice: ${doubles.join(', ')}`));
  }, [actions]);
  return (
    <ActionsContext value={actions}>
      <a
        href="#contenido"
        data-shell
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-fg px-3 py-2 text-sm text-surface focus:translate-y-0"
      >
        {t('skipToContent')}
      </a>
      <div className="flex min-h-dvh">
        <Sidebar />
        <div className="flex min-w-0 flex-1 flex-col">
          <DemoRibbon />
          <OfflineRibbon />
          <TopBar />
          <PageArea />
        </div>
      </div>
      <BottomBar />
      <Suspense>
        {overlay === 'palette' && <Palette isOpen onClose={close} entries={listed} />}
        {overlay === 'shortcuts' && <ShortcutSheet isOpen onClose={close} actions={actions} />}
      </Suspense>
    </ActionsContext>
  );
}

function PageArea() {
  const session = useSession();
  const match = useMatches().at(-1);
  const page = match?.staticData.page;
  const main = useRef<HTMLElement>(null);
  const setTitle = useDocumentTitle();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const firstPath = useRef(path);
  useEffect(() => {
    // After moving, readers start at the new page, not at the link that was pressed.
    if (firstPath.current !== path) main.current?.focus({ preventScroll: true });
    firstPath.current = '';
  }, [path]);
  return (
    <main
      ref={main}
      id="contenido"
      tabIndex={-1}
      data-region
      data-page
      className="mx-auto w-full max-w-[1440px] flex-1 px-4 pt-6 pb-24 outline-none md:px-6 md:pb-10"
    >
      <TitleContext value={setTitle}>
        {page && !isAllowed(session, page.permission) ? (
          <ForbiddenPage />
        ) : (
          <Suspense fallback={<Skeleton className="max-w-2xl pt-2" />}>
            <Outlet />
          </Suspense>
        )}
      </TitleContext>
    </main>
  );
}

function useDocumentTitle(): (title: string | null) => void {
  const { language } = usePreferences();
  const page = useMatches().at(-1)?.staticData.page;
  const [own, setOwn] = useState<string | null>(null);
  useEffect(() => {
    const title = own ?? page?.texts[language][page.titleKey];
    document.title = title ? `${title} · Cactus` : 'Cactus';
  }, [own, page, language]);
  return setOwn;
}
