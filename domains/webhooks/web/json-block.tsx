/** A block of JSON or plain text as it travelled, scrolled by keyboard too. */

/** Pretty when it is JSON, as it is otherwise. */
function textOf(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

export function JsonBlock({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <section aria-label={label} className="min-w-0">
      <h3 className="mb-1 text-xs font-medium text-muted">{label}</h3>
      {/* A scrolling region must be reachable by keyboard (axe: scrollable-region-focusable). */}
      <pre
        // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- see above
        tabIndex={0}
        className="max-h-80 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5 whitespace-pre-wrap break-all"
      >
        {textOf(value)}
      </pre>
    </section>
  );
}
