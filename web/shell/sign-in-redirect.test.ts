/** Goal: signing in leads back into the app and never to another site. */
import { expect, test } from 'vitest';
import { returnPath } from './sign-in-redirect.ts';

test.each([
  ['?volver=/carteras/1', '/carteras/1'],
  ['?volver=%2Fcarteras%3Fa%3D1', '/carteras?a=1'],
  ['', '/'],
  ['?volver=https://evil.example', '/'],
  ['?volver=//evil.example', '/'],
  ['?volver=/\\evil.example', '/'],
  ['?volver=%2F%09%2Fevil.example', '/'],
  ['?volver=%2F%0A%2Fevil.example', '/'],
  ['?volver=javascript:alert(1)', '/'],
])('%s leads to %s', (search, path) => {
  expect(returnPath(search)).toBe(path);
});
