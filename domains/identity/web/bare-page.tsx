/** The frame of the pages without the shell: the mark, one column, nothing to distract. */
import { type ReactNode, useEffect } from 'react';
import { Logo } from '#web/shell';

export function BarePage({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: string;
  readonly children?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Cactus`;
  }, [title]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col px-4 py-8 sm:justify-center">
      <header className="mb-6 flex flex-col items-center text-center">
        <Logo sizePx={40} />
        <h1 className="mt-3 text-xl font-semibold tracking-[-0.011em]">{title}</h1>
        {lead && <p className="mt-1 text-sm text-muted">{lead}</p>}
      </header>
      {children}
    </main>
  );
}
