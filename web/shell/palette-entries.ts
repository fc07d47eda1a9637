/** What the palette offers: pages, actions of the domains, and the shell's own switches. */
import { useNavigate } from '@tanstack/react-router';
import {
  Activity,
  CircleQuestionMark,
  CornerDownRight,
  Eye,
  Keyboard,
  Languages,
  LogOut,
  type LucideIcon,
  Moon,
  Rows3,
} from 'lucide-react';
import { useMemo } from 'react';
import { useTexts } from '#web/i18n';
import { changePreferences, paintedTheme, preferences, usePreferences } from '#web/preferences';
import { actions, navPages, pages } from './catalogue.ts';
import { HELP_PATH } from './help/articles.ts';
import { usePageHelp } from './help/page-help.ts';
import { isAllowed, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';
import { useSignOut } from './top-bar.tsx';

export interface PaletteEntry {
  readonly id: string;
  readonly group: 'pages' | 'actions' | 'found';
  readonly label: string;
  readonly detail?: string;
  readonly icon: LucideIcon;
  readonly keys?: string;
  readonly run: () => void;
}

/** Everything this person can reach from the keyboard, in order. */
export function usePaletteEntries({ onShortcuts }: { readonly onShortcuts: () => void }): readonly PaletteEntry[] {
  const t = useTexts(shellTexts);
  const signOut = useSignOut();
  const { theme, isPrivate, density, language } = usePreferences();
  const reachable = useReachable();
  const pageHelp = usePageHelp();
  const navigate = useNavigate();
  return useMemo(() => {
    const own: readonly PaletteEntry[] = [
      {
        id: 'privacy',
        group: 'actions',
        label: isPrivate ? t('showFigures') : t('hideFigures'),
        icon: Eye,
        keys: 'Shift+H',
        run: togglePrivacy,
      },
      {
        id: 'theme',
        group: 'actions',
        label: paintedTheme(theme) === 'dark' ? t('toLight') : t('toDark'),
        icon: Moon,
        run: toggleTheme,
      },
      {
        id: 'density',
        group: 'actions',
        label: `${t('density')}: ${t(NEXT_DENSITY[density].key)}`,
        icon: Rows3,
        run: () => changePreferences({ density: NEXT_DENSITY[density].value }),
      },
      {
        id: 'language',
        group: 'actions',
        label: language === 'es' ? 'Switch to English' : 'Cambiar a español',
        icon: Languages,
        run: () => changePreferences(language === 'es' ? { language: 'en' } : { language: 'es' }),
      },
      {
        id: 'help',
        group: 'pages',
        label: t('help'),
        icon: CircleQuestionMark,
        run: () => void navigate({ to: HELP_PATH }),
      },
      {
        id: 'page-help',
        group: 'actions',
        label: t('pageHelp'),
        icon: CircleQuestionMark,
        keys: 'F1',
        run: () => void navigate({ to: pageHelp }),
      },
      { id: 'shortcuts', group: 'actions', label: t('shortcuts'), icon: Keyboard, keys: '?', run: onShortcuts },
      { id: 'sign-out', group: 'actions', label: t('signOut'), icon: LogOut, run: signOut },
    ];
    return [...reachable, ...own];
  }, [reachable, navigate, pageHelp, t, signOut, theme, isPrivate, density, language, onShortcuts]);
}

/** Pages and domain actions this person may use. */
function useReachable(): readonly PaletteEntry[] {
  const session = useSession();
  const navigate = useNavigate();
  const { language } = usePreferences();
  return useMemo(() => {
    const go = (href: string) => void navigate({ to: href });
    const chords = new Map(
      navPages
        .filter((page) => isAllowed(session, page.permission))
        .map((page, index) => [page.path, `g ${index + 1}`]),
    );
    const places = pages
      .filter((page) => (page.nav || page.settings) && isAllowed(session, page.permission))
      .toSorted((left, right) => orderOf(left) - orderOf(right))
      .map((page): PaletteEntry => {
        const keys = chords.get(page.path);
        return {
          id: page.path,
          group: 'pages',
          label: page.texts[language][page.titleKey] ?? page.titleKey,
          icon: page.nav?.icon ?? page.settings?.icon ?? Activity,
          ...(keys ? { keys } : {}),
          run: () => go(page.path),
        };
      });
    const domainActions = actions
      .filter((action) => isAllowed(session, action.permission))
      .map((action): PaletteEntry => ({
        id: action.id,
        group: 'actions',
        label: action.texts[language][action.labelKey] ?? action.labelKey,
        icon: CornerDownRight,
        ...(action.chord ? { keys: action.chord } : {}),
        run: () => go(action.href),
      }));
    return [...places, ...domainActions];
  }, [session, navigate, language]);
}

function orderOf(page: (typeof pages)[number]): number {
  return page.nav?.order ?? 2_000 + (page.settings?.order ?? 0);
}

const NEXT_DENSITY = {
  comfortable: { value: 'compact', key: 'densityCompact' },
  compact: { value: 'dense', key: 'densityDense' },
  dense: { value: 'comfortable', key: 'densityComfortable' },
} as const;

export function togglePrivacy(): void {
  changePreferences({ isPrivate: !preferences().isPrivate });
}

export function toggleTheme(): void {
  changePreferences({ theme: paintedTheme() === 'dark' ? 'light' : 'dark' });
}
