/** A piece of the gallery, with the names of the parts of `#web/ui` it shows: a test compares them with what the design system exports. */
import type { ReactNode } from 'react';
import type * as ui from '#web/ui';

export function Example({
  parts,
  children,
}: {
  readonly parts: readonly (keyof typeof ui)[];
  readonly children: ReactNode;
}) {
  return (
    <div className="min-w-0" data-parts={parts.join(' ')}>
      {children}
      <p className="mt-1.5 text-xs text-faint">
        <code>{parts.join(' · ')}</code>
      </p>
    </div>
  );
}
