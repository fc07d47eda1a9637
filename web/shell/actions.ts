/**
 * The registry: what can be done from anywhere, each thing once. The palette lists it, buttons and menus draw it, tooltips and the `?`
 * sheet tell its keys, and the one listener of the keyboard runs it. Nobody else writes a shortcut down: tools find who does.
 */
import type { LucideIcon } from 'lucide-react';
import { createContext, use, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { MenuEntry } from '#web/ui';

/** The shell's own; pages and domains add theirs by path or id. */
export type ShellActionId =
  | 'palette'
  | 'collapse'
  | 'privacy'
  | 'theme'
  | 'density'
  | 'language'
  | 'help'
  | 'page-help'
  | 'shortcuts'
  | 'next-region'
  | 'sign-out';

export interface Action {
  readonly id: string;
  readonly group: 'pages' | 'actions';
  readonly label: string;
  readonly icon: LucideIcon;
  /** `[`, `Ctrl+K`, `Shift+H` or a chord such as `g 1`. */
  readonly keys?: string;
  /** The state of a switch. */
  readonly isOn?: boolean;
  /** Known by its keys or its button only: the palette does not offer to open itself. */
  readonly isUnlisted?: boolean;
  readonly run: () => void;
}

export const ActionsContext = createContext<readonly Action[]>([]);

/** The one with this id. Only below the shell's frame. */
export function useAction(id: ShellActionId): Action {
  const found = use(ActionsContext).find((action) => action.id === id);
  if (!found) throw new TypeError(`useAction: nothing is registered as ${id}`);
  return found;
}

/** Ids and keys that two actions share: each would run the wrong one of them. */
export function doublesOf(actions: readonly Action[]): readonly string[] {
  const names = actions.flatMap(({ id, keys }) => [id, ...(keys === undefined ? [] : [keys.toLowerCase()])]);
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** Keys as the boxes of `Kbd` show them. */
export function keyText(keys: string): string {
  return keys.replaceAll('+', ' ');
}

/** An action as an entry of a menu. */
export function menuEntryOf({ id, label, icon, keys, run }: Action): MenuEntry {
  return { id, label, icon, onSelect: run, ...(keys === undefined ? {} : { chord: keyText(keys) }) };
}

export type PageAction = Pick<Action, 'id' | 'label' | 'icon' | 'keys' | 'run'>;

let ofPages: readonly Action[] = [];
const readers = new Set<() => void>();

function changeOfPages(next: readonly Action[]): void {
  ofPages = next;
  for (const read of readers) read();
}

/** What the page on screen adds; used by the frame. */
export function usePageActionList(): readonly Action[] {
  return useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    () => ofPages,
  );
}

/** Registers an action for as long as the caller is on screen; null while it cannot be done. */
export function usePageAction(action: PageAction | null): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  const { id, label, keys } = action ?? {};
  const icon = action?.icon;
  const registered = useMemo((): Action | null => {
    if (id === undefined || label === undefined || icon === undefined) return null;
    const run = () => latest.current?.run();
    return { id, label, icon, group: 'actions', run, ...(keys === undefined ? {} : { keys }) };
  }, [id, label, icon, keys]);
  useEffect(() => {
    if (!registered) return undefined;
    changeOfPages([...ofPages, registered]);
    return () => changeOfPages(ofPages.filter((other) => other !== registered));
  }, [registered]);
}
