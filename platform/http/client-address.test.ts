/** Goal: nobody outside the trusted proxies can choose the address, scheme or host we believe. */
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddress, isLoopback } from './client-address.ts';

const from = (remoteAddress: string, headers: Record<string, string>): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { host: 'cactus.lan:7700', ...headers } }) as unknown as IncomingMessage;
const none = { trustedProxies: [], publicUrl: null };
const proxied = { trustedProxies: ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'], publicUrl: null };
const forwarded = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'evil.example',
};

test('without trusted proxies no header counts', () => {
  expect(clientAddress(from('198.51.100.4', forwarded), none)).toEqual({
    ip: '198.51.100.4',
    origin: 'http://cactus.lan:7700',
    host: 'cactus.lan:7700',
    isForwarded: true,
  });
});

test('a trusted proxy names client, scheme and host', () => {
  expect(clientAddress(from('10.1.2.3', forwarded), proxied)).toMatchObject({
    ip: '203.0.113.9',
    origin: 'https://evil.example',
  });
  expect(clientAddress(from('::ffff:10.1.2.3', forwarded), proxied).ip).toBe('203.0.113.9');
  expect(clientAddress(from('192.0.2.7', forwarded), proxied).ip).toBe('203.0.113.9');
  expect(clientAddress(from('192.0.2.8', forwarded), proxied).ip).toBe('192.0.2.8');
});

test.each([
  ['198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['198.51.100.1, 203.0.113.9, 10.9.9.9', '203.0.113.9'],
  ['198.51.100.1, 10.9.9.9, 10.8.8.8', '198.51.100.1'],
  ['made up, 203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, made up', '10.1.2.3'],
  ['', '10.1.2.3'],
])('a chain "%s" through our proxies is walked from our end to %s', (chain, ip) => {
  expect(clientAddress(from('10.1.2.3', { 'x-forwarded-for': chain }), proxied).ip).toBe(ip);
});

test('the public URL gives its host the right scheme, and no other host', () => {
  const trust = { trustedProxies: [], publicUrl: 'https://cactus.example' };
  expect(clientAddress(from('127.0.0.1', { host: 'CACTUS.example' }), trust).origin).toBe('https://cactus.example');
  expect(clientAddress(from('127.0.0.1', { host: 'localhost:7700' }), trust).origin).toBe('http://localhost:7700');
});

test('loopback is 127.0.0.0/8 and ::1, also mapped; nothing that only looks like it', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['10.0.0.1', '128.0.0.1', '::2', 'localhost', ''].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
