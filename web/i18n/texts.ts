/**
 * Texts: typed dictionaries without a library. Spanish keys are the law; English must have the same ones or it does not compile.
 * A text may hold `{name}` and, for plurals, `{count|una factura|{count} facturas}` (one | other).
 */
import { useMemo } from 'react';
import { type Language, preferences, usePreferences } from '#web/preferences';

/** Dictionary of one domain: the Spanish keys are the law, English must have the same ones (a missing key does not compile). */
export interface DomainTexts<Keys extends string> {
  readonly es: Readonly<Record<Keys, string>>;
  readonly en: Readonly<Record<Keys, string>>;
}

export type TextValues = Readonly<Record<string, string | number>>;

/** Gives the text of a key in the reader's language. */
export type Translate<Keys extends string> = (key: Keys, values?: TextValues) => string;

/** Declares a dictionary; a key missing in one language does not compile. */
export function defineTexts<const Keys extends string>(texts: DomainTexts<Keys>): DomainTexts<Keys> {
  return texts;
}

/** Texts inside a component; repaints when the language changes. */
export function useTexts<Keys extends string>(texts: DomainTexts<Keys>): Translate<Keys> {
  const { language, numberLocale } = usePreferences();
  return useMemo(() => translator(texts, { language, numberLocale }), [texts, language, numberLocale]);
}

/** Texts outside React (titles, notifications): the language in force at the call. */
export function textsNow<Keys extends string>(texts: DomainTexts<Keys>): Translate<Keys> {
  return translator(texts, preferences());
}

function translator<Keys extends string>(
  texts: DomainTexts<Keys>,
  settings: { readonly language: Language; readonly numberLocale: string },
): Translate<Keys> {
  const dictionary = texts[settings.language];
  return (key, values) => fillText(dictionary[key], values ?? {}, settings);
}

const SLOT = /\{(\w+)\}/g;
/** Both words of a plural may hold slots of their own: `{count|one file|{count} files}`. */
const PLURAL = /\{(\w+)\|((?:[^|{}]|\{\w+\})*)\|((?:[^|{}]|\{\w+\})*)\}/g;

/** Fills `{name}` and `{count|one|other}`; an unknown name stays visible, so that a mistake is seen. */
export function fillText(
  text: string,
  values: TextValues,
  settings: { readonly language: Language; readonly numberLocale: string },
): string {
  // Plurals first: what a person typed is put in last and never read as a slot.
  const chosen = text.replace(PLURAL, (whole, name: string, one: string, other: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return isOne(value, settings.language) ? one : other;
  });
  return chosen.replace(SLOT, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (typeof value === 'string') return value;
    return new Intl.NumberFormat(settings.numberLocale, { useGrouping: 'always' }).format(value).replace('-', '\u2212');
  });
}

function isOne(value: string | number, language: Language): boolean {
  return new Intl.PluralRules(language).select(Number(value)) === 'one';
}
