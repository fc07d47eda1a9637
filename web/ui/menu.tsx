/** A menu of actions behind a button. Chords are shown next to each entry, so that they are learnt. */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { lateTrigger, type Trigger } from './late-trigger.tsx';

export interface MenuEntry {
  readonly id: string;
  readonly label: ReactNode;
  readonly detail?: ReactNode;
  readonly icon?: LucideIcon;
  readonly chord?: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  /** Marks the chosen one of a group. */
  readonly isCurrent?: boolean;
  /** One of the two: what it does, or where it leads. */
  readonly onSelect?: () => void;
  readonly to?: string;
}

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: Trigger;
  readonly header?: ReactNode;
  /** Groups, parted by a line. */
  readonly groups: readonly (readonly MenuEntry[])[];
  readonly align?: 'start' | 'end';
}

// The positioning code is a third of the first load otherwise; until it is here the trigger is a plain button.
export const Menu = lateTrigger<MenuProps>(() => import('./menu-popup.tsx').then((module) => module.MenuPopup));
