/** The look every one-line control shares. */
export const CONTROL_CLASS =
  'h-9 w-full min-w-0 rounded-md border border-line-strong/60 bg-surface px-3 text-sm text-fg transition-colors ' +
  'hover:border-line-strong focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 ' +
  'data-invalid:border-danger data-disabled:bg-sunken data-disabled:text-faint coarse:h-11 coarse:text-base';
