/**
 * A part whose code comes in a chunk of its own after something plain has stood in its place. Once here it is used at once;
 * when it arrives later it is swapped in only between presses: a button replaced between down and up loses its click.
 * (React's `lazy` would also hold the swap back for 300 ms, which makes that gap wide enough to hit.)
 */
import { type ComponentType, useEffect, useSyncExternalStore } from 'react';

const PRESS_KEYS: ReadonlySet<string> = new Set([' ', 'Enter']);

/** A hook that gives the part, or null until its code is here; asks for it when first used. */
export function latePart<Props>(load: () => Promise<ComponentType<Props>>): () => ComponentType<Props> | null {
  let part: ComponentType<Props> | null = null;
  let isAsked = false;
  const readers = new Set<() => void>();
  const ask = async (): Promise<void> => {
    if (isAsked) return;
    isAsked = true;
    try {
      const arrived = await load();
      await untilReleased();
      part = arrived;
      for (const read of readers) read();
    } catch {
      isAsked = false; // Offline, or a newer build: the next one to show it asks again.
    }
  };
  const subscribe = (read: () => void): (() => void) => {
    readers.add(read);
    return () => readers.delete(read);
  };
  return function useLatePart() {
    const here = useSyncExternalStore(subscribe, () => part);
    useEffect(() => {
      trackPresses();
      if (!here) void ask();
    }, [here]);
    return here;
  };
}

let isTracking = false;
let isPressed = false;
const releases = new Set<() => void>();

function untilReleased(): Promise<void> {
  return isPressed ? new Promise((resolve) => releases.add(resolve)) : Promise.resolve();
}

function trackPresses(): void {
  if (isTracking) return;
  isTracking = true;
  const press = (): void => {
    isPressed = true;
  };
  const release = (): void => {
    isPressed = false;
    // After the click that belongs to this release.
    setTimeout(() => {
      if (isPressed) return;
      for (const resolve of releases) resolve();
      releases.clear();
    }, 0);
  };
  addEventListener('pointerdown', press, true);
  addEventListener('pointerup', release, true);
  addEventListener('pointercancel', release, true);
  addEventListener('blur', release);
  addEventListener('keydown', (event) => PRESS_KEYS.has(event.key) && press(), true);
  addEventListener('keyup', (event) => PRESS_KEYS.has(event.key) && release(), true);
}
