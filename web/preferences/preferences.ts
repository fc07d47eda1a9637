/**
 * Preferences of one person on one device: language, numbers and appearance. Kept in localStorage (never a cookie), one
 * entry per user plus the last used one, which `public/boot.js` reads before the first paint so that nothing flashes.
 */
import { useSyncExternalStore } from 'react';

export const LANGUAGES = ['es', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export const NUMBER_LOCALES = ['es-ES', 'es-MX', 'es-AR', 'en-GB', 'en-US'] as const;
export type NumberLocale = (typeof NUMBER_LOCALES)[number];

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const DENSITIES = ['comfortable', 'compact', 'dense'] as const;
export type Density = (typeof DENSITIES)[number];

export const GAIN_COLOURS = ['green-red', 'blue-orange', 'neutral'] as const;
export type GainColours = (typeof GAIN_COLOURS)[number];

export interface Preferences {
  readonly language: Language;
  readonly numberLocale: NumberLocale;
  /** IANA zone; empty follows the device. */
  readonly timeZone: string;
  readonly theme: Theme;
  readonly density: Density;
  readonly gainColours: GainColours;
  readonly isPrivate: boolean;
  /** Hides the figures each time the app is opened. */
  readonly startsPrivate: boolean;
  readonly isSidebarCollapsed: boolean;
}

const STORAGE_KEY = 'cactus.preferences';

/** How a language writes its numbers until the person says otherwise. */
const USUAL_NUMBERS: Readonly<Record<Language, NumberLocale>> = { es: 'es-ES', en: 'en-GB' };

/** The first of the reader's languages that we speak; Spanish when it is none of them. */
export function languageOf(accepted: readonly string[]): Language {
  const bases = accepted.map((tag) => tag.toLowerCase().split('-')[0]);
  return bases.map((base) => LANGUAGES.find((language) => language === base)).find(Boolean) ?? 'es';
}

/** How this language writes numbers where the reader lives: `en-US` has its own, `en-NZ` the usual ones. */
export function numbersOf(language: Language, accepted: readonly string[]): NumberLocale {
  const wanted = accepted.filter((tag) => tag.toLowerCase().startsWith(`${language}-`));
  const known = wanted.map((tag) => NUMBER_LOCALES.find((locale) => locale.toLowerCase() === tag.toLowerCase()));
  return known.find(Boolean) ?? USUAL_NUMBERS[language];
}

// Only a browser has a reader; a test in Node would find the language of its machine.
const ACCEPTED: readonly string[] = typeof document === 'undefined' ? [] : navigator.languages;
const DEVICE_LANGUAGE = languageOf(ACCEPTED);

/** What holds before anybody chose anything: the browser speaks for the person. */
const DEFAULTS: Preferences = {
  language: DEVICE_LANGUAGE,
  numberLocale: numbersOf(DEVICE_LANGUAGE, ACCEPTED),
  timeZone: '',
  theme: 'system',
  density: 'comfortable',
  gainColours: 'green-red',
  isPrivate: false,
  startsPrivate: false,
  isSidebarCollapsed: false,
};

let current: Preferences = opened(readStored(STORAGE_KEY) ?? DEFAULTS);
let owner: string | null = null;
const listeners = new Set<() => void>();

/** The preferences in force now, for code outside React. */
export function preferences(): Preferences {
  return current;
}

/** Changes some preferences, stores them and repaints. */
export function changePreferences(changes: Partial<Preferences>): void {
  current = { ...current, ...changes };
  store();
  applyToDocument();
  for (const listener of listeners) listener();
}

/** Loads what this user chose on this device. The first time here there is nothing: her profile speaks for her. */
export function openPreferencesOf(user: { readonly id: string; readonly locale: Language }): void {
  if (owner === user.id) return;
  owner = user.id;
  const fromProfile = { language: user.locale, numberLocale: numbersOf(user.locale, ACCEPTED) };
  const stored = readStored(`${STORAGE_KEY}.${user.id}`);
  changePreferences(stored ? opened(stored) : fromProfile);
}

/** How preferences begin when the app opens; until it is closed, the eye decides. */
function opened(stored: Preferences): Preferences {
  return stored.startsPrivate ? { ...stored, isPrivate: true } : stored;
}

/** Subscribes a component to the preferences. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences, preferences);
}

/** The theme that is really painted: `system` resolved by the device. */
export function paintedTheme(theme: Theme = current.theme): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function store(): void {
  if (typeof localStorage === 'undefined') return;
  try {
    const text = JSON.stringify(current);
    localStorage.setItem(STORAGE_KEY, text);
    if (owner) localStorage.setItem(`${STORAGE_KEY}.${owner}`, text);
  } catch {
    // Private windows may refuse storage: the choice then lasts until the tab closes, which is what they ask for.
  }
}

function readStored(key: string): Preferences | null {
  if (typeof localStorage === 'undefined') return null;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof stored === 'object' && stored !== null ? sanitised(stored) : null;
  } catch {
    return null;
  }
}

function sanitised(stored: Partial<Preferences>): Preferences {
  return {
    language: oneOf(LANGUAGES, stored.language, DEFAULTS.language),
    numberLocale: oneOf(NUMBER_LOCALES, stored.numberLocale, DEFAULTS.numberLocale),
    timeZone: typeof stored.timeZone === 'string' ? stored.timeZone : '',
    theme: oneOf(THEMES, stored.theme, DEFAULTS.theme),
    density: oneOf(DENSITIES, stored.density, DEFAULTS.density),
    gainColours: oneOf(GAIN_COLOURS, stored.gainColours, DEFAULTS.gainColours),
    isPrivate: stored.isPrivate === true,
    startsPrivate: stored.startsPrivate === true,
    isSidebarCollapsed: stored.isSidebarCollapsed === true,
  };
}

function oneOf<const Value extends string>(allowed: readonly Value[], value: unknown, fallback: Value): Value {
  return allowed.find((candidate) => candidate === value) ?? fallback;
}

/** Writes what CSS needs onto `<html>`: theme, density, gain colours, privacy and language. */
export function applyToDocument(): void {
  if (typeof document === 'undefined') return;
  const root = document.documentElement;
  root.lang = current.language;
  root.dataset['theme'] = paintedTheme();
  root.dataset['density'] = current.density;
  root.dataset['gain'] = current.gainColours;
  root.toggleAttribute('data-private', current.isPrivate);
}

/** Keeps `system` true while the device changes between day and night, and other tabs in step. */
export function watchDevice(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyToDocument);
  addEventListener('storage', (change) => {
    if (change.key !== STORAGE_KEY) return;
    current = readStored(STORAGE_KEY) ?? current;
    applyToDocument();
    for (const listener of listeners) listener();
  });
}
