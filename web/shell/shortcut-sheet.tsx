/** The `?` sheet: every shortcut there is, from the same registry that runs them. */
import { useTexts } from '#web/i18n';
import { Dialog, Kbd } from '#web/ui';
import { type Action, keyText } from './actions.ts';
import { shellTexts } from './shell-texts.ts';

export function ShortcutSheet({
  isOpen,
  onClose,
  actions,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly actions: readonly Action[];
}) {
  const t = useTexts(shellTexts);
  const shown = actions.flatMap(({ id, label, keys }) => (keys === undefined ? [] : [{ id, label, keys }]));
  // What floats closes itself: no action of ours, but worth a line.
  const all = [...shown, { id: 'escape', label: t('closeOverlay'), keys: 'Esc' }];
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('shortcuts')} size="md">
      <dl className="grid gap-x-8 sm:grid-cols-2">
        {all.map(({ id, label, keys }) => (
          <div key={id} className="flex min-h-9 items-center justify-between gap-4 border-b border-line text-sm">
            <dt>{label}</dt>
            <dd data-keys={keys}>
              <Kbd keys={keyText(keys)} />
              <span className="sr-only">{keys}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
