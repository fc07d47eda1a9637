/** The `?` sheet: every shortcut there is, from the same registry that runs them. */
import { useTexts } from '#web/i18n';
import { Dialog, Kbd } from '#web/ui';
import { shellTexts } from './shell-texts.ts';
import type { Shortcut } from './shortcuts.ts';

export function ShortcutSheet({
  isOpen,
  onClose,
  shortcuts,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly shortcuts: readonly Shortcut[];
}) {
  const t = useTexts(shellTexts);
  const shown = [...shortcuts, { keys: 'F6', label: t('nextRegion') }, { keys: 'Esc', label: t('closeOverlay') }];
  const unique = [...new Map(shown.map((shortcut) => [shortcut.keys, shortcut])).values()];
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('shortcuts')} size="md">
      <dl className="grid gap-x-8 sm:grid-cols-2">
        {unique.map((shortcut) => (
          <div
            key={shortcut.keys}
            className="flex min-h-9 items-center justify-between gap-4 border-b border-line text-sm"
          >
            <dt>{shortcut.label}</dt>
            <dd>
              <Kbd keys={shortcut.keys.replace('+', ' ')} />
              <span className="sr-only">{shortcut.keys}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
