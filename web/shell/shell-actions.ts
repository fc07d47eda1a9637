/** Everything registered for this person on this page: places, actions of the domains and of the page, and the shell's own. */
import { useNavigate } from '@tanstack/react-router';
import {
  Activity,
  CircleQuestionMark,
  CornerDownRight,
  Eye,
  EyeOff,
  Keyboard,
  Languages,
  LogOut,
  Moon,
  PanelLeftClose,
  PanelLeftOpen,
  PanelTop,
  Rows3,
  Search,
  Sun,
} from 'lucide-react';
import { useMemo } from 'react';
import { useTexts } from '#web/i18n';
import { changePreferences, paintedTheme, usePreferences } from '#web/preferences';
import { type Action, type ShellActionId, usePageActionList } from './actions.ts';
import { actions, navPages, pages } from './catalogue.ts';
import { HELP_PATH } from './help/articles.ts';
import { usePageHelp } from './help/page-help.ts';
import { isAllowed, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';
import { focusNextRegion } from './shortcuts.ts';
import { useSignOut } from './sign-out.ts';

export interface FrameSwitches {
  readonly onPalette: () => void;
  readonly onShortcuts: () => void;
}

/** In the palette's order. */
export function useShellActions(switches: FrameSwitches): readonly Action[] {
  const reachable = useReachable();
  const ofPage = usePageActionList();
  const looks = useLooks();
  const frame = useFrameActions(switches);
  return useMemo(() => [...reachable, ...ofPage, ...looks, ...frame], [reachable, ofPage, looks, frame]);
}

type OwnAction = Omit<Action, 'id'> & { readonly id: ShellActionId };

/** How things look on this device. */
function useLooks(): readonly OwnAction[] {
  const t = useTexts(shellTexts);
  const { theme, isPrivate, density, language, isSidebarCollapsed } = usePreferences();
  const isDark = paintedTheme(theme) === 'dark';
  return useMemo(
    () => [
      {
        id: 'privacy',
        group: 'actions',
        label: isPrivate ? t('showFigures') : t('hideFigures'),
        icon: isPrivate ? EyeOff : Eye,
        keys: 'Shift+H',
        isOn: isPrivate,
        run: () => changePreferences({ isPrivate: !isPrivate }),
      },
      {
        id: 'theme',
        group: 'actions',
        label: isDark ? t('toLight') : t('toDark'),
        icon: isDark ? Sun : Moon,
        run: () => changePreferences({ theme: isDark ? 'light' : 'dark' }),
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
        id: 'collapse',
        group: 'actions',
        label: isSidebarCollapsed ? t('expandNav') : t('collapseNav'),
        icon: isSidebarCollapsed ? PanelLeftOpen : PanelLeftClose,
        keys: '[',
        run: () => changePreferences({ isSidebarCollapsed: !isSidebarCollapsed }),
      },
    ],
    [t, isDark, isPrivate, density, language, isSidebarCollapsed],
  );
}

const NEXT_DENSITY = {
  comfortable: { value: 'compact', key: 'densityCompact' },
  compact: { value: 'dense', key: 'densityDense' },
  dense: { value: 'comfortable', key: 'densityComfortable' },
} as const;

function useFrameActions({ onPalette, onShortcuts }: FrameSwitches): readonly OwnAction[] {
  const t = useTexts(shellTexts);
  const navigate = useNavigate();
  const pageHelp = usePageHelp();
  const signOut = useSignOut();
  return useMemo(
    () => [
      {
        id: 'palette',
        group: 'actions',
        label: t('palette'),
        icon: Search,
        keys: 'Ctrl+K',
        isUnlisted: true,
        run: onPalette,
      },
      {
        id: 'next-region',
        group: 'actions',
        label: t('nextRegion'),
        icon: PanelTop,
        keys: 'F6',
        isUnlisted: true,
        run: focusNextRegion,
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
    ],
    [t, navigate, pageHelp, signOut, onPalette, onShortcuts],
  );
}

/** Pages and domain actions this person may use. */
function useReachable(): readonly Action[] {
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
      .map((page): Action => {
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
      .map((action): Action => ({
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
