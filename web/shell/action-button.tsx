/** A registered action as a button with a tooltip: label, icon, keys and state are those of the registry. */
import { IconButton } from '#web/ui';
import { keyText, type ShellActionId, useAction } from './actions.ts';

export function ActionButton({ id }: { readonly id: ShellActionId }) {
  const { label, icon, keys, isOn, run } = useAction(id);
  return (
    <IconButton
      icon={icon}
      label={label}
      onClick={run}
      {...(keys === undefined ? {} : { chord: keyText(keys) })}
      {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}
    />
  );
}
