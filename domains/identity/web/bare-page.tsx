/** The frame of the pages without the shell: the mark, one column, nothing to distract. */
import type { ReactNode } from 'react';

export function BarePage({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-md flex-col px-4 py-8 sm:justify-center">
      <header className="mb-6 flex flex-col items-center text-center">
        <img src="/icon.svg" alt="" width={44} height={44} className="mb-3 rounded-lg" />
        <h1 className="text-xl font-semibold tracking-[-0.011em]">{title}</h1>
        {lead && <p className="mt-1 text-sm text-muted">{lead}</p>}
      </header>
      {children}
    </div>
  );
}
