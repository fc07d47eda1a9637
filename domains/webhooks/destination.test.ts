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
  // Odd spellings: decimal, octal, hex, short, mixed, full-width digits, percent signs, a dot at the end.
  ['https://0xa9.0xfe.0xa9.0xfe/', 'destination_not_allowed'],
  ['https://2852039166/latest/meta-data', 'destination_not_allowed'],
  ['https://0xa9fea9fe/', 'destination_not_allowed'],
  ['https://0251.0376.0251.0376/', 'destination_not_allowed'],
  ['https://169.254.43518/', 'destination_not_allowed'],
  ['https://169.0xfea9fe/', 'destination_not_allowed'],
  ['https://10.66051/', 'destination_not_allowed'],
  ['https://0x7f.1/', 'destination_not_allowed'],
  ['https://017700000001/', 'destination_not_allowed'],
  ['https://0/', 'destination_not_allowed'],
  ['https://１２７.０.０.１/', 'destination_not_allowed'],
  ['https://①②⑦.⓪.⓪.①/', 'destination_not_allowed'],
  ['https://127%2e0%2e0%2e1/', 'destination_not_allowed'],
  ['https://127。0。0。1/', 'destination_not_allowed'],
  ['https://127.0.0.1./', 'destination_not_allowed'],
  ['https://4294967296/', 'url_not_valid'],
  ['https://256.1.1.1/', 'url_not_valid'],
  // Special ranges of RFC 6890 and the addresses of the clouds' metadata services.
  ['https://0.1.2.3/', 'destination_not_allowed'],
  ['https://192.0.0.1/', 'destination_not_allowed'],
  ['https://192.0.2.1/', 'destination_not_allowed'],
  ['https://198.51.100.7/', 'destination_not_allowed'],
  ['https://203.0.113.9/', 'destination_not_allowed'],
  ['https://240.0.0.1/', 'destination_not_allowed'],
  ['https://192.88.99.1/', 'destination_not_allowed'],
  ['https://100.100.100.200/', 'destination_not_allowed'],
  ['https://127.255.255.254/', 'destination_not_allowed'],
  ['https://172.31.255.255/', 'destination_not_allowed'],
  ['https://[fd00:ec2::254]/', 'destination_not_allowed'],
  // IPv4 inside IPv6: mapped, compatible, NAT64 (both prefixes), 6to4, Teredo; scopes, documentation, multicast, site-local.
  ['https://[::ffff:10.0.0.1]/', 'destination_not_allowed'],
  ['https://[::ffff:7f00:1]/', 'destination_not_allowed'],
  ['https://[0:0:0:0:0:ffff:127.0.0.1]/', 'destination_not_allowed'],
  ['https://[::127.0.0.1]/', 'destination_not_allowed'],
  ['https://[::a9fe:a9fe]/', 'destination_not_allowed'],
  ['https://[::ffff:0:127.0.0.1]/', 'destination_not_allowed'],
  ['https://[64:ff9b::a9fe:a9fe]/', 'destination_not_allowed'],
  ['https://[64:ff9b::10.0.0.1]/', 'destination_not_allowed'],
  ['https://[64:ff9b:1::a00:1]/', 'destination_not_allowed'],
  ['https://[2002:a9fe:a9fe::1]/', 'destination_not_allowed'],
  ['https://[2001:0:53aa:64c:0:0:5601:5601]/', 'destination_not_allowed'],
  ['https://[2001:db8::1]/', 'destination_not_allowed'],
  ['https://[ff02::1]/', 'destination_not_allowed'],
  ['https://[fec0::1]/', 'destination_not_allowed'],
  ['https://[100::1]/', 'destination_not_allowed'],
  ['https://[fe80::1%25eth0]/', 'url_not_valid'],
  ['https://[fe80::1%eth0]/', 'url_not_valid'],
  ['https://[::1%25lo]/', 'url_not_valid'],
  // Who is the host: the part before @ never is, whatever it looks like.
  ['https://example.com@127.0.0.1/', 'url_with_credentials'],
  ['https://example.com:443@169.254.169.254/', 'url_with_credentials'],
  ['https://127.0.0.1\\@example.com/', 'destination_not_allowed'],
  ['https://127.0.0.1#@example.com/', 'destination_not_allowed'],
  ['https://127.0.0.1?@example.com/', 'destination_not_allowed'],
  ['https:/127.0.0.1/', 'destination_not_allowed'],
  ['https:127.0.0.1', 'destination_not_allowed'],
  ['https://ip6-localhost/', 'destination_not_allowed'],
  ['https://a.home.arpa/', 'destination_not_allowed'],
  ['https://instance-data.internal./', 'destination_not_allowed'],
  ['javascript:alert(1)', 'url_not_valid'],
  ['gopher://127.0.0.1:6379/_', 'url_not_valid'],
  ['data:text/plain,x', 'url_not_valid'],
  ['https://', 'url_not_valid'],
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

test.each([
  ['127.0.0.1'],
  ['10.1.2.3'],
  ['169.254.169.254'],
  ['::1'],
  ['::'],
  ['0.0.0.0'],
  ['::ffff:127.0.0.1'],
  ['::ffff:a9fe:a9fe'],
  ['64:ff9b::7f00:1'],
  ['64:ff9b:1::7f00:1'],
  ['2002:7f00:1::'],
  ['fe80::1%eth0'],
  ['fd00:ec2::254'],
])('a name that resolves to %s is refused when the socket is opened, whatever it said before', async (address) => {
  expect(await connectTo(strict, address)).toBe('destination_not_allowed');
  expect(await connectTo(strict, '93.184.215.14', address)).toBe('destination_not_allowed');
});

test('rebinding gains nothing: the socket asks once and connects to the address that was checked', async () => {
  const answers = [['93.184.215.14'], ['127.0.0.1']];
  let askedCount = 0;
  const rebinding = ((_name: string, _options: object, done: (error: null, found: object[]) => void) => {
    const found = answers[askedCount] ?? [];
    askedCount += 1;
    done(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
  }) as unknown as typeof lookup;
  const guarded = guardedLookup(strict, rebinding);
  const connect = () =>
    new Promise<string>((settle) =>
      guarded('hooks.example.com', { all: true }, (error, found) => settle(error ? 'refused' : JSON.stringify(found))),
    );
  expect(await connect()).toBe('[{"address":"93.184.215.14","family":4}]');
  expect(askedCount).toBe(1);
  expect(await connect()).toBe('refused');
});

test('an address that is not one is refused', () => {
  expect(isAddressAllowed('not-an-address', { ...strict, allowPrivateNetworks: true })).toBe(false);
});
