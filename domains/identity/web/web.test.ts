/** Goal: what the pages decide by themselves: strength, devices, first guesses, and that both languages say the same. */
import { expect, test } from 'vitest';
import { PASSWORD_LENGTH_MIN as SERVER_LENGTH_MIN } from '../contract.ts';
import { guessCurrency, timeZoneChoices } from './browser-guess.ts';
import { deviceOf } from './device-name.ts';
import { PASSWORD_LENGTH_MIN, strengthOf } from './password-strength.ts';
import { oidcTexts } from './oidc-texts.ts';
import { peopleTexts } from './people-texts.ts';
import { securityTexts } from './security-texts.ts';
import { setupErrors } from './setup-errors.ts';
import { identityTexts } from './texts.ts';

test('the page asks for the length that the server asks for', () => {
  expect(PASSWORD_LENGTH_MIN).toBe(SERVER_LENGTH_MIN);
});

test.each([
  ['', 'short'],
  ['corta', 'short'],
  ['1234567890', 'weak'],
  ['aaaaaaaaaaaaaaaa', 'weak'],
  ['abcdefghijklmnop', 'weak'],
  ['tresgatos1', 'fair'],
  ['tres gatos y un pez azul', 'strong'],
  ['x7!kQ2@pLmW9#z', 'strong'],
])('%s is %s', (password, strength) => {
  expect(strengthOf(password)).toBe(strength);
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
    'Edge',
    'Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
    'Safari',
    'macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Safari/604.1',
    'Chrome',
    'iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
    'Chrome',
    'Android',
  ],
])('%s', (userAgent, browser, system) => {
  expect(deviceOf(userAgent)).toEqual({ browser, system });
});

test('a program is no device', () => {
  expect(deviceOf('curl/8.9')).toBeNull();
});

test('the browser’s region says the currency, its zone comes first', () => {
  expect(['es-ES', 'es-MX', 'en-GB', 'en', ''].map(guessCurrency)).toEqual(['EUR', 'MXN', 'GBP', 'EUR', 'EUR']);
  expect(timeZoneChoices('Europe/Madrid')[0]?.value).toBe('Europe/Madrid');
});

test('an empty first page lists what it needs', () => {
  const empty = { token: '', name: ' ', email: '', password: '', workspaceName: '' };
  expect(Object.keys(setupErrors(empty))).toEqual(['token', 'name', 'email', 'password', 'workspaceName']);
  expect(setupErrors({ ...empty, email: 'ana@casa', password: 'corta' })).toMatchObject({
    email: 'emailInvalid',
    password: 'weak_too_short',
  });
});

test('both languages hold the same slots', () => {
  const slots = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name);
  for (const texts of [identityTexts, oidcTexts, peopleTexts, securityTexts]) {
    for (const [key, text] of Object.entries(texts.es)) {
      expect([key, slots(texts.en[key as never])]).toEqual([key, slots(text)]);
    }
  }
});
