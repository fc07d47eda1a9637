/** Palette button, workspace, privacy, theme, bell and account. */
import { Building2, Settings } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { Badge, Kbd, Menu } from '#web/ui';
import { ActionButton } from './action-button.tsx';
import { keyText, menuEntryOf, useAction } from './actions.ts';
import { Bell } from './bell.tsx';
import { Logo } from './logo.tsx';
import { useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';
import { useSwitchWorkspace } from './workspace.ts';

export function TopBar() {
  const t = useTexts(shellTexts);
  const palette = useAction('palette');
  const Icon = palette.icon;
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
        onClick={palette.run}
        aria-keyshortcuts={palette.keys?.replace('Ctrl', 'Control')}
        className="flex h-9 min-w-0 flex-1 items-center gap-2.5 rounded-md border border-line bg-surface px-3 text-sm text-muted transition-colors hover:border-line-strong md:max-w-md coarse:h-11"
      >
        <Icon size={16} aria-hidden className="shrink-0" />
        <span className="truncate">{t('searchOrRun')}</span>
        <span className="ml-auto hidden sm:block">
          <Kbd keys={keyText(palette.keys ?? '')} />
        </span>
      </button>
      <div className="ml-auto flex items-center gap-0.5 md:gap-1">
        <WorkspaceMenu />
        <ActionButton id="privacy" />
        {/* On a phone these are in the palette and in the menu of the account. */}
        <span className="hidden sm:contents">
          <ActionButton id="theme" />
          <ActionButton id="page-help" />
        </span>
        <Bell />
        <AccountMenu />
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

function AccountMenu() {
  const t = useTexts(shellTexts);
  const { user, role } = useSession();
  const help = useAction('page-help');
  const shortcuts = useAction('shortcuts');
  const signOut = useAction('sign-out');
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
          menuEntryOf(help),
          menuEntryOf(shortcuts),
        ],
        [menuEntryOf(signOut)],
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
