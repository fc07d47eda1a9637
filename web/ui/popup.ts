/** Looks shared by everything that floats: menus, selects, comboboxes, dialogs. */
export const POPUP_CLASS =
  'rounded-lg border border-line bg-surface text-fg shadow-overlay outline-none transition-[opacity,scale] duration-100 ' +
  'origin-[var(--transform-origin)] data-starting-style:scale-98 data-starting-style:opacity-0 data-ending-style:opacity-0';

export const ITEM_CLASS =
  'cursor-default rounded-md px-2 py-1.5 text-sm outline-none select-none data-highlighted:bg-sunken data-disabled:text-faint coarse:py-3';

export const BACKDROP_CLASS =
  'fixed inset-0 z-40 bg-shade transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0';
