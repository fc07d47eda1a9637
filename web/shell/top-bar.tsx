/** Palette button, workspace, privacy, theme, bell and account. */
import { useQueryClient } from '@tanstack/react-query';
import {
  Building2,
  CircleQuestionMark,
  Eye,
  EyeOff,
  Keyboard,
  LogOut,
  Moon,
  Search,
  Settings,
  Sun,
} from 'lucide-react';
import { api, live } from '#web/api';
import { useTexts } from '#web/i18n';
import { changePreferences, paintedTheme, usePreferences } from '#web/preferences';
import { Badge, IconButton, Kbd, Menu, toast } from '#web/ui';
import { Bell } from './bell.tsx';
import { usePageHelp } from './help/page-help.ts';
import { Logo } from './logo.tsx';
import { SIGN_IN_PATH, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';
import { useGo } from './url-state.ts';
import { useSwitchWorkspace } from './workspace.ts';

export function TopBar({
  onPalette,
  onShortcuts,
}: {
  readonly onPalette: () => void;
  readonly onShortcuts: () => void;
}) {
  const t = useTexts(shellTexts);
  return (
    <header
      data-shell
      data-region
      aria-label={t('topBar')}
      className="sticky top-0 z-20 flex h-14 items-center gap-2 border-b border-line bg-bg px-4 md:gap-3 md:px-6"
    >
      <span className="md:hidden">
        <Logo />
      </span>
      <button
        type="button"
        onClick={onPalette}
        aria-keyshortcuts="Control+K"
        className="flex h-9 min-w-0 flex-1 items-center gap-2.5 rounded-md border border-line bg-surface px-3 text-sm text-muted transition-colors hover:border-line-strong md:max-w-md coarse:h-11"
      >
        <Search size={16} aria-hidden className="shrink-0" />
        <span className="truncate">{t('searchOrRun')}</span>
        <span className="ml-auto hidden sm:block">
          <Kbd keys="Ctrl K" />
        </span>
      </button>
      <div className="ml-auto flex items-center gap-0.5 md:gap-1">
        <WorkspaceMenu />
        <PrivacyButton />
        <ThemeButton />
        <PageHelpLink />
        <Bell />
        <AccountMenu onShortcuts={onShortcuts} />
      </div>
    </header>
  );
}

function WorkspaceMenu() {
  const t = useTexts(shellTexts);
  const { workspace, workspaces } = useSession();
  const switchTo = useSwitchWorkspace();
  if (workspaces.length < 2) return null;
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="mr-1 hidden h-9 max-w-52 items-center gap-2 rounded-md px-2 text-sm text-muted hover:bg-sunken hover:text-fg lg:flex"
        >
          <Building2 size={16} aria-hidden className="shrink-0" />
          <span className="sr-only">{t('workspace')}:</span>
          <span className="truncate">{workspace.name}</span>
          {workspace.kind === 'demo' && <Badge tone="flower">{t('workspaceDemo')}</Badge>}
        </button>
      }
      groups={[
        workspaces.map((one) => ({
          id: one.id,
          label: one.name,
          detail: t(`role_${one.role}`),
          isCurrent: one.id === workspace.id,
          onSelect: () => switchTo(one.id),
        })),
      ]}
    />
  );
}

/** The article about what is on screen; on a phone it is in the menu of the account. */
function PageHelpLink() {
  const t = useTexts(shellTexts);
  const go = useGo();
  const pageHelp = usePageHelp();
  return (
    <span className="hidden sm:block">
      <IconButton icon={CircleQuestionMark} label={t('pageHelp')} chord="F1" onClick={() => go(pageHelp)} />
    </span>
  );
}

function PrivacyButton() {
  const t = useTexts(shellTexts);
  const { isPrivate } = usePreferences();
  return (
    <IconButton
      icon={isPrivate ? EyeOff : Eye}
      label={isPrivate ? t('showFigures') : t('hideFigures')}
      chord="Shift H"
      aria-pressed={isPrivate}
      onClick={() => changePreferences({ isPrivate: !isPrivate })}
    />
  );
}

function ThemeButton() {
  const t = useTexts(shellTexts);
  const { theme } = usePreferences();
  const isDark = paintedTheme(theme) === 'dark';
  return (
    <span className="hidden sm:block">
      <IconButton
        icon={isDark ? Sun : Moon}
        label={isDark ? t('toLight') : t('toDark')}
        onClick={() => changePreferences({ theme: isDark ? 'light' : 'dark' })}
      />
    </span>
  );
}

function AccountMenu({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const t = useTexts(shellTexts);
  const { user, role } = useSession();
  const pageHelp = usePageHelp();
  const signOut = useSignOut();
  return (
    <Menu
      trigger={
        <button type="button" className="ml-1 flex size-9 items-center justify-center rounded-full coarse:size-11">
          <span className="sr-only">{t('account')}</span>
          <span
            aria-hidden
            className="flex size-8 items-center justify-center rounded-full bg-accent text-xs font-semibold text-accent-fg"
          >
            {initialsOf(user.name)}
          </span>
        </button>
      }
      header={
        <>
          <div className="truncate text-sm font-medium">{user.name}</div>
          <div className="truncate text-xs text-muted">
            {user.email} · {t(`role_${role}`)}
          </div>
        </>
      }
      groups={[
        [
          { id: 'settings', label: t('settings'), icon: Settings, to: '/ajustes' },
          { id: 'help', label: t('pageHelp'), icon: CircleQuestionMark, chord: 'F1', to: pageHelp },
          { id: 'shortcuts', label: t('shortcuts'), icon: Keyboard, chord: '?', onSelect: onShortcuts },
        ],
        [{ id: 'sign-out', label: t('signOut'), icon: LogOut, onSelect: signOut }],
      ]}
    />
  );
}

/** Two letters of a name: `Ana Ferreyra` is AF. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  // By code point: half of an emoji is no character.
  return letters.map((word) => /^./u.exec(word ?? '')?.[0].toUpperCase() ?? '').join('') || '?';
}

/** Ends the session here and forgets everything that was read. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  return () => {
    api('DELETE /api/sessions/current').then(() => {
      live.stop();
      client.clear();
      // A full load: nothing of the last person stays in memory.
      location.assign(SIGN_IN_PATH);
    }, toast.problem);
  };
}
