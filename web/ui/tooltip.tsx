/**
 * Tooltip: a short name or reason on hover and on keyboard focus; never the only place where something is said. One element for the
 * whole page, moved by delegated events: hundreds of triggers in a table cost nothing, and no positioning library is in the first load.
 */
import { cloneElement, type ReactElement, useEffect, useRef } from 'react';

const DELAY_MS = 400; // Passing over a bar of buttons must not flicker.
const GAP_PX = 6;
const EDGE_PX = 8;

export function Tooltip({
  text,
  chord,
  children,
}: {
  readonly text: string;
  /** Keys that do the same: `Shift H`. */
  readonly chord?: string;
  /** The element that owns the tooltip; it must take focus. */
  readonly children: ReactElement<Record<string, unknown>>;
}) {
  return cloneElement(children, { 'data-tip': text, 'data-tip-keys': chord });
}

/** Mounted once by the shell: listens for every `data-tip` of the page. */
export function TooltipHost() {
  const bubble = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = bubble.current;
    return element ? watchTips(element) : undefined;
  }, []);
  return (
    <div
      ref={bubble}
      popover="manual"
      aria-hidden
      className="no-print pointer-events-none fixed inset-auto m-0 max-w-72 rounded-md border border-line bg-surface px-2 py-1 text-xs text-fg shadow-overlay"
    />
  );
}

function watchTips(bubble: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hide = () => {
    clearTimeout(timer);
    if (bubble.matches(':popover-open')) bubble.hidePopover();
  };
  const showSoon = (target: EventTarget | null, delayMs: number) => {
    hide();
    const owner = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
    if (owner) timer = setTimeout(() => showTip(bubble, owner), delayMs);
  };
  const onPointer = (move: PointerEvent) => {
    if (move.pointerType === 'mouse') showSoon(move.target, DELAY_MS);
  };
  const onFocus = (focus: FocusEvent) => {
    if (focus.target instanceof Element && focus.target.matches(':focus-visible')) showSoon(focus.target, 0);
  };
  const onKey = (press: KeyboardEvent) => press.key === 'Escape' && hide();
  const listeners = [
    ['pointerover', onPointer],
    ['focusin', onFocus],
    ['focusout', hide],
    ['pointerdown', hide],
    ['keydown', onKey],
    ['scroll', hide],
  ] as const;
  for (const [name, listener] of listeners) document.addEventListener(name, listener as EventListener, true);
  return () => {
    hide();
    for (const [name, listener] of listeners) document.removeEventListener(name, listener as EventListener, true);
  };
}

function showTip(bubble: HTMLElement, owner: HTMLElement): void {
  if (!owner.isConnected || owner.getAttribute('aria-expanded') === 'true') return;
  const keys = owner.dataset['tipKeys'];
  bubble.replaceChildren(owner.dataset['tip'] ?? '');
  if (keys) {
    const note = document.createElement('span');
    note.className = 'ml-2 text-faint';
    note.textContent = keys;
    bubble.append(note);
  }
  bubble.showPopover();
  const at = owner.getBoundingClientRect();
  const own = bubble.getBoundingClientRect();
  const left = Math.min(Math.max(EDGE_PX, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - EDGE_PX);
  const below = at.bottom + GAP_PX;
  const top = below + own.height > innerHeight ? at.top - own.height - GAP_PX : below;
  bubble.style.left = `${left}px`;
  bubble.style.top = `${top}px`;
}
