/**
 * Goal: what consumers of webhooks copy works. The code of both guides is taken from the page and run against signatures
 * made by our own signer.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newSecret, signingKey, signMessage } from './signature.ts';

const GUIDES = ['en/webhooks.md', 'es/webhooks.md'] as const;
const nowSeconds = 1_763_700_000;
const secret = newSecret();
const body = '{"año":"ñ €"}';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-webhooks-docs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pageOf = (guide: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${guide}`, import.meta.url)), 'utf8');

function blockOf(guide: string, language: string): string {
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(pageOf(guide)) ?? [];
  if (code === undefined) throw new Error(`${guide} has no ${language} block`);
  return code;
}

interface Call {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly secret: string;
}

/** One call as it should be, then everything that must be refused. */
function calls(): readonly (readonly [string, Call, boolean])[] {
  const message = { id: 'msg_1', timestampSeconds: nowSeconds, body };
  const headersWith = (signature: string, timestampSeconds = nowSeconds) => ({
    'webhook-id': message.id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signature,
  });
  const signed = signMessage(message, [signingKey(secret)]);
  const rotated = signMessage(message, [signingKey(newSecret()), signingKey(secret)]);
  const old = signMessage({ ...message, timestampSeconds: nowSeconds - 301 }, [signingKey(secret)]);
  return [
    ['signed', { headers: headersWith(signed), body, secret }, true],
    ['the second of two signatures', { headers: headersWith(rotated), body, secret }, true],
    ['another body', { headers: headersWith(signed), body: `${body} `, secret }, false],
    ['another secret', { headers: headersWith(signed), body, secret: newSecret() }, false],
    ['another id', { headers: { ...headersWith(signed), 'webhook-id': 'msg_2' }, body, secret }, false],
    ['an old timestamp', { headers: headersWith(old, nowSeconds - 301), body, secret }, false],
    ['no timestamp', { headers: { ...headersWith(signed), 'webhook-timestamp': 'now' }, body, secret }, false],
    [
      'no signature',
      { headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': String(nowSeconds) }, body, secret },
      false,
    ],
    ['another version', { headers: headersWith(signed.replace('v1,', 'v2,')), body, secret }, false],
  ];
}

test.each(GUIDES)('%s: the TypeScript code accepts what we sign and nothing else', async (guide) => {
  const path = join(folder, `${guide.replace('/', '-')}.ts`);
  writeFileSync(path, blockOf(guide, 'ts'));
  const { isFromCactus } = (await import(pathToFileURL(path).href)) as {
    readonly isFromCactus: (secret: string, headers: Record<string, string>, body: string, now: number) => boolean;
  };
  for (const [name, call, expected] of calls()) {
    expect([name, isFromCactus(call.secret, call.headers, call.body, nowSeconds)]).toEqual([name, expected]);
  }
});

const hasPython = (() => {
  try {
    return execFileSync('python3', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

test.runIf(hasPython).each(GUIDES)('%s: the Python code accepts what we sign and nothing else', (guide) => {
  const program = `${blockOf(guide, 'python')}
import json, sys
calls = json.load(sys.stdin)
print(json.dumps([is_from_cactus(c["secret"], c["headers"], c["body"].encode(), ${nowSeconds}) for c in calls]))
`;
  const path = join(folder, `${guide.replace('/', '-')}.py`);
  writeFileSync(path, program);
  const input = JSON.stringify(calls().map(([, call]) => call));
  const answers = JSON.parse(execFileSync('python3', [path], { input, encoding: 'utf8' })) as boolean[];
  const names = calls().map(([name]) => name);
  const got = names.map((name, index) => [name, answers[index]]);
  expect(got).toEqual(calls().map(([name, , expected]) => [name, expected]));
});

test('both guides carry the same code, in three languages', () => {
  for (const language of ['ts', 'python', 'go']) {
    expect(blockOf('es/webhooks.md', language)).toBe(blockOf('en/webhooks.md', language));
  }
});
