/** A key or a chord such as `Ctrl K` or `g c`, one box per key. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className="inline-flex gap-1" aria-hidden>
      {keys.split(' ').map((key, index) => (
        <kbd
          key={`${key}${index}`}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-line bg-sunken px-1.5 font-sans text-xs text-muted"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
