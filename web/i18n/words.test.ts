/** Goal: dates, relative times, plurals and search behave as people read and type them. */
import { expect, test } from 'vitest';
import { formatDate, formatRelative } from './dates.ts';
import { compareTexts, foldText, matchesText } from './search.ts';
import { fillText } from './texts.ts';

const ES = { language: 'es', timeZone: 'Europe/Madrid' } as const;
const NOW = Date.UTC(2026, 10, 20, 21, 18, 0);

test('dates are short, in 24 hours, in the chosen zone', () => {
  expect(formatDate(NOW, 'date-time', ES)).toBe('20 nov, 22:18');
  expect(formatDate(NOW, 'date-time', { language: 'es', timeZone: 'America/Buenos_Aires' })).toBe('20 nov, 18:18');
  expect(formatDate(null, 'day', ES)).toBe('—');
});

test('a day never shifts with the zone', () => {
  for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Honolulu']) {
    expect(formatDate('2026-01-31', 'day', { language: 'es', timeZone })).toBe('31 ene 2026');
  }
});

test('relative times use the largest unit that fits', () => {
  expect(formatRelative(NOW - 2_000, NOW, ES)).toBe('hace 2 s');
  expect(formatRelative(NOW - 3 * 3_600_000, NOW, ES)).toBe('hace 3 h');
  expect(formatRelative(NOW, NOW, ES)).toBe('hace 0 s');
  expect(formatRelative(NOW + 2 * 86_400_000, NOW, { language: 'en' })).toBe('in 2d');
});

test('texts: names, grouped counts and plurals; a missing value stays visible', () => {
  const es = { language: 'es', numberLocale: 'es-ES' } as const;
  expect(fillText('{count} {count|factura|facturas}', { count: 1 }, es)).toBe('1 factura');
  expect(fillText('{count} {count|factura|facturas}', { count: 1_200 }, es)).toBe('1.200 facturas');
  expect(fillText('{count|un precio|{count} precios}', { count: 1 }, es)).toBe('un precio');
  expect(fillText('{count|un precio|{count} precios}', { count: 3 }, es)).toBe('3 precios');
  expect(fillText('De {name}', { name: '{count|a|b}', count: 1 }, es)).toBe('De {count|a|b}');
  expect(fillText('Hola, {name}', {}, es)).toBe('Hola, {name}');
});

test('search folds accents and takes words in any order', () => {
  expect(foldText('Íñigo NÚÑEZ')).toBe('inigo nunez');
  expect(matchesText('Íñigo Núñez Capital', 'nunez ini')).toBe(true);
  expect(matchesText('Íñigo Núñez', 'ana')).toBe(false);
});

test('names sort by the alphabet, not by code: Á before B, 9 before 10', () => {
  const names = ['Cartera 10', 'Bresca', 'Ávila', 'Cartera 9'];
  expect(names.toSorted(compareTexts('es'))).toEqual(['Ávila', 'Bresca', 'Cartera 9', 'Cartera 10']);
});
