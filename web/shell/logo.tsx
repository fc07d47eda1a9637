/** The mark: a saguaro whose arms rise like bars; its flower is the only magenta of the product. */
export function Logo({ sizePx = 28 }: { readonly sizePx?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={sizePx} height={sizePx} aria-hidden className="shrink-0">
      <path
        d="M16 29V9.5M16 23H11a3 3 0 0 1-3-3v-3M16 18.5h5a3 3 0 0 0 3-3V11"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="3.8" r="2.8" fill="var(--flower)" />
    </svg>
  );
}
