/**
 * Keyboard: one listener for the whole app. A shortcut is a key (`[`), a combination (`Ctrl+K`, `Shift+H`) or a chord (`g 1`).
 * Plain keys do nothing while somebody types in a field.
 */
import { useEffect, useRef } from 'react';
import type { Action } from './actions.ts';

const CHORD_PAUSE_MS = 1_200; // Slower than this and the second key was not meant as part of a chord.

/** Runs the registered action whose keys are pressed, while mounted. */
export function useShortcuts(shortcuts: readonly Action[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    let pending: { readonly key: string; readonly atMs: number } | null = null;
    const onKeyDown = (press: KeyboardEvent) => {
      const name = pressName(press);
      if (name === null || press.defaultPrevented) return;
      const isPlain = !press.ctrlKey && !press.metaKey && !press.altKey;
      if (isPlain && isTyping(press.target)) return;
      const isChord = pending !== null && press.timeStamp - pending.atMs < CHORD_PAUSE_MS;
      const chord = isChord && pending ? `${pending.key} ${name}` : name;
      const found = findShortcut(latest.current, chord) ?? findShortcut(latest.current, name);
      pending = found || !isPlain ? null : { key: name, atMs: press.timeStamp };
      if (!found) return;
      press.preventDefault();
      found.run();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

function findShortcut(shortcuts: readonly Action[], keys: string): Action | undefined {
  return shortcuts.find((shortcut) => shortcut.keys?.toLowerCase() === keys.toLowerCase());
}

/** The written name of a press; null for a modifier alone. */
function pressName(press: KeyboardEvent): string | null {
  if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'Dead'].includes(press.key)) return null;
  const command = press.ctrlKey || press.metaKey ? 'Ctrl+' : '';
  // `?` and `[` already carry their Shift or AltGr; letters say it.
  const shift = press.shiftKey && /^[a-z]$/i.test(press.key) ? 'Shift+' : '';
  return `${command}${shift}${press.key}`;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isText = target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return (
    isText || target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

/** F6: moves the focus to the next region of the screen (menu, top bar, page). */
export function focusNextRegion(): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => region.offsetParent !== null,
  );
  const now = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(now + 1) % regions.length];
  const target = next?.matches('[tabindex]')
    ? next
    : next?.querySelector<HTMLElement>('a, button, input, [tabindex="0"]');
  target?.focus();
}
