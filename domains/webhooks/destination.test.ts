/** Goal: no spelling of an inside address passes the guard, and what the operator allowed does. */
import type { lookup } from 'node:dns';
import { expect, test } from 'vitest';
import { checkDestination, guardedLookup, isAddressAllowed } from './destination.ts';

const strict = { allowedHosts: [], allowPrivateNetworks: false };
const answer = (url: string, policy: Parameters<typeof checkDestination>[1] = strict) => {
  const result = checkDestination(url, policy);
  return result.ok ? 'ok' : result.code;
};

test.each([
  ['https://127.0.0.1/', 'destination_not_allowed'],
  ['https://127.1/', 'destination_not_allowed'],
  ['https://2130706433/', 'destination_not_allowed'],
  ['https://0x7f000001/', 'destination_not_allowed'],
  ['https://0177.0.0.1/', 'destination_not_allowed'],
  ['https://0.0.0.0/', 'destination_not_allowed'],
  ['https://10.1.2.3/', 'destination_not_allowed'],
  ['https://172.16.0.1/', 'destination_not_allowed'],
  ['https://192.168.1.1/', 'destination_not_allowed'],
  ['https://100.64.0.1/', 'destination_not_allowed'],
  ['https://169.254.169.254/latest/meta-data', 'destination_not_allowed'],
  ['https://198.18.0.1/', 'destination_not_allowed'],
  ['https://224.0.0.1/', 'destination_not_allowed'],
  ['https://255.255.255.255/', 'destination_not_allowed'],
  ['https://[::1]/', 'destination_not_allowed'],
  ['https://[::]/', 'destination_not_allowed'],
  ['https://[::ffff:127.0.0.1]/', 'destination_not_allowed'],
  ['https://[::ffff:a9fe:a9fe]/', 'destination_not_allowed'],
  ['https://[64:ff9b::7f00:1]/', 'destination_not_allowed'],
  ['https://[2002:7f00:1::]/', 'destination_not_allowed'],
  ['https://[fe80::1]/', 'destination_not_allowed'],
  ['https://[fd00::1]/', 'destination_not_allowed'],
  ['https://localhost/', 'destination_not_allowed'],
  ['https://LOCALHOST./', 'destination_not_allowed'],
  ['https://app.localhost/', 'destination_not_allowed'],
  ['https://router/', 'destination_not_allowed'],
  ['https://nas.local/', 'destination_not_allowed'],
  ['https://metadata.google.internal/', 'destination_not_allowed'],
  ['https://user:pass@example.com/', 'url_with_credentials'],
  ['http://example.com/', 'url_not_https'],
  ['ftp://example.com/', 'url_not_valid'],
  ['file:///etc/passwd', 'url_not_valid'],
  ['example.com', 'url_not_valid'],
  [`https://example.com/${'x'.repeat(2000)}`, 'url_not_valid'],
  ['https://example.com/hook?a=1', 'ok'],
  ['https://93.184.215.14/', 'ok'],
  ['https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/', 'ok'],
])('%s is %s', (url, expected) => {
  expect(answer(url)).toBe(expected);
});

test('the operator can open private networks, but never link-local ones', () => {
  const open = { allowedHosts: [], allowPrivateNetworks: true };
  expect(answer('http://127.0.0.1:9000/', open)).toBe('ok');
  expect(answer('http://localhost:9000/', open)).toBe('ok');
  expect(answer('http://192.168.1.10/', open)).toBe('ok');
  expect(answer('http://169.254.169.254/', open)).toBe('destination_not_allowed');
  expect(answer('http://[::ffff:169.254.169.254]/', open)).toBe('destination_not_allowed');
});

test('one host, address or range can be allowed by name', () => {
  const some = { allowedHosts: ['nas.local', '10.0.0.7', '172.20.0.0/16'], allowPrivateNetworks: false };
  expect(answer('http://nas.local/', some)).toBe('ok');
  expect(answer('http://10.0.0.7/', some)).toBe('ok');
  expect(answer('http://10.0.0.8/', some)).toBe('destination_not_allowed');
  expect(answer('http://172.20.3.4/', some)).toBe('ok');
  expect(answer('http://127.0.0.1/', some)).toBe('destination_not_allowed');
});

const resolving = (...addresses: string[]) =>
  ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof lookup;
const connectTo = (policy: typeof strict, ...addresses: string[]) =>
  new Promise<string>((settle) =>
    guardedLookup(policy, resolving(...addresses))('hooks.example.com', {}, (error, address) =>
      settle(error ? (error.code ?? 'error') : JSON.stringify(address)),
    ),
  );

test('a name is judged by the address it resolves to at connection time', async () => {
  expect(await connectTo(strict, '93.184.215.14')).toBe('"93.184.215.14"');
  expect(await connectTo(strict, '127.0.0.1')).toBe('destination_not_allowed');
  expect(await connectTo(strict, '93.184.215.14', '169.254.169.254')).toBe('destination_not_allowed');
  expect(await connectTo(strict)).toBe('destination_not_allowed');
  expect(await connectTo({ ...strict, allowPrivateNetworks: true }, '127.0.0.1')).toBe('"127.0.0.1"');
});

test('an address that is not one is refused', () => {
  expect(isAddressAllowed('not-an-address', { ...strict, allowPrivateNetworks: true })).toBe(false);
});
