/** Goal: before anybody chose anything the browser speaks for the person, and Spanish when we speak none of its languages. */
import { expect, test } from 'vitest';
import { languageOf, numbersOf } from './preferences.ts';

test.each([
  [['es-ES'], 'es'],
  [['es-MX', 'en-US'], 'es'],
  [['en-GB'], 'en'],
  [['en'], 'en'],
  [['de-DE', 'EN-us', 'es'], 'en'],
  [['ca-ES', 'es-ES'], 'es'],
  [['fr-FR'], 'es'],
  [[], 'es'],
] as const)('%j speaks %s', (accepted, language) => {
  expect(languageOf(accepted)).toBe(language);
});

test.each([
  ['en', ['en-US', 'es-ES'], 'en-US'],
  ['en', ['en-NZ'], 'en-GB'],
  ['es', ['en-US', 'es-MX'], 'es-MX'],
  ['es', ['en-US'], 'es-ES'],
  ['en', [], 'en-GB'],
] as const)('%s numbers for %j: %s', (language, accepted, locale) => {
  expect(numbersOf(language, accepted)).toBe(locale);
});
