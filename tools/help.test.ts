/**
 * Goal: the help is true. Every command, flag, setting, variable, route, event, permission and code that an article names exists, the
 * example that it works out is what the command answers, and every notification has its row in the runbook. (Buttons, pages and links are
 * checked by `web/shell/help/articles.test.ts`.)
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { describeSettings } from '#platform/config';
import { platformDomain } from '#platform/runtime';
import { domains } from '../main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Page {
  readonly path: string;
  readonly prose: string;
  readonly blocks: readonly { readonly language: string; readonly text: string }[];
  /** What stands between backticks, outside of blocks. */
  readonly codes: readonly string[];
}

const PAGES: readonly Page[] = ['es', 'en'].flatMap((language) =>
  readdirSync(join(root, 'docs', language)).map((name) => pageOf(`docs/${language}/${name}`)),
);

function pageOf(path: string): Page {
  const text = read(path);
  const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
  const blocks = [...text.matchAll(fence)].map(([, language = '', code = '']) => ({ language, text: code.trimEnd() }));
  const prose = text.replaceAll(fence, '');
  const codes = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return { path, prose, blocks, codes };
}

const page = PAGES.map((each) => [each.path, each] as const);

// ── Commands

type Register = (program: Command) => void;

const cli = await (async () => {
  const program = new Command('cactus');
  for (const file of readdirSync(join(root, 'cli')).filter(
    (name) => /^(?!main)[\w-]+\.ts$/.test(name) && !/test/.test(name),
  )) {
    const module = (await import(join(root, 'cli', file))) as Record<string, unknown>;
    for (const [name, register] of Object.entries(module))
      if (name.startsWith('register')) (register as Register)(program);
  }
  return program;
})();

const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts);
/** `docs/settings.md` is compared with the flags of the code by a test of its own. */
const FLAGS = new Set([...read('docs/settings.md').matchAll(/^\| `(--[\w-]+)` \|/gm)].map(([, flag = '']) => flag));
/** Programs of the machine itself that an article may use, with what follows left alone. */
const SYSTEM_COMMANDS = /^(?:git pull|curl |node -e )/;

/** What is wrong with a command as written; null when it can be run. */
function faultOf(line: string): string | null {
  const words = line
    .replace(/\s+#.*$/, '')
    .trim()
    .split(/\s+/)
    .filter((word) => !/^[A-Z_]+=/.test(word));
  if (SYSTEM_COMMANDS.test(words.join(' '))) return null;
  if (words[0] === 'npm') return npmFault(words.slice(1));
  const [first, second, ...rest] = words;
  return first === 'npx' && second === 'cactus' ? cactusFault(rest) : `what is ${first}?`;
}

function npmFault([first = '', ...rest]: readonly string[]): string | null {
  const script = first === 'run' ? (rest[0] ?? '') : first;
  if (!SCRIPTS.includes(script)) return `package.json has no script ${script}`;
  const strange = rest.filter((word) => word.startsWith('--') && word !== '--' && !FLAGS.has(word));
  return strange.length > 0 ? `no flag ${strange.join(', ')}` : null;
}

function cactusFault(words: readonly string[]): string | null {
  let command = cli;
  let at = 0;
  for (; at < words.length; at += 1) {
    const next = command.commands.find((each) => each.name() === words[at]);
    if (!next) break;
    command = next;
  }
  if (command === cli) return `no command ${words[0]}`;
  let operandCount = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('--')) operandCount += 1;
    else {
      const option = command.options.find((each) => each.long === word);
      if (!option) return `${command.name()} has no ${word}`;
      if (!option.required) continue;
      at += 1;
      const value = words[at] ?? '';
      if (option.argChoices && !option.argChoices.includes(value)) return `${word} is not ${value}`;
    }
  }
  const operands = command.registeredArguments;
  if (operandCount > operands.length) return `${command.name()} takes ${operands.length} arguments`;
  return null;
}

test('the check of commands can tell', () => {
  expect(faultOf('npx cactus backup restore FILE --dry-run  # looks')).toBeNull();
  expect(faultOf('CACTUS_PORT=1 npm start -- --port 8080')).toBeNull();
  expect(faultOf('npx cactus backups')).toBe('no command backups');
  expect(faultOf('npx cactus backup list now')).toBe('list takes 0 arguments');
  expect(faultOf('npx cactus backup list --all')).toBe('list has no --all');
  expect(faultOf('npx cactus portfolio analyse a.csv --method best')).toBe('--method is not best');
  expect(faultOf('npm start -- --prot 1')).toBe('no flag --prot');
  expect(faultOf('rm -rf /')).toBe('what is rm?');
});

test.each(page)('%s: every command can be run as written', (_path, { blocks, codes }) => {
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'));
  const inline = codes.filter((code) => /^(?:npx|npm) /.test(code)).map((code) => code.replace(/ --$/, ''));
  const faults = [...lines.filter((line) => line.trim() !== ''), ...inline].flatMap((line) => faultOf(line) ?? []);
  expect(faults).toEqual([]);
});

test.each(page)('%s: every option it names belongs to a command', (_path, { codes }) => {
  const all = (command: Command): string[] => [
    ...command.options.map(({ long }) => long ?? ''),
    ...command.commands.flatMap(all),
  ];
  const known = new Set([...all(cli), ...FLAGS]);
  const named = codes.flatMap((code) => /^(--[\w-]+)/.exec(code)?.[1] ?? []);
  expect(named.filter((option) => !known.has(option))).toEqual([]);
});

// ── Settings

const settings = describeSettings([platformDomain, ...domains]);
const settingKeys = new Set(settings.map(({ key }) => key));
const ALIASES = ['PORT', 'DATABASE_URL', 'REDIS_URL', 'GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'];
const environmentNames = new Set([...settings.map(({ environmentName }) => environmentName), ...ALIASES]);

test.each(page)('%s: every variable of the environment exists', (path) => {
  const named = read(path).match(/\b(?:CACTUS_[A-Z0-9_]+|[A-Z]+_(?:URL|CLIENT_ID|CLIENT_SECRET))\b/g) ?? [];
  expect(named.filter((name) => !environmentNames.has(name))).toEqual([]);
});

function leavesOf(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path.join('.')];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

test.each(page)('%s: what it writes into cactus.yaml are settings', (_path, { blocks }) => {
  const yaml = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => parseYaml(text) as unknown);
  expect(yaml.flatMap((document) => leavesOf(document)).filter((key) => !settingKeys.has(key))).toEqual([]);
});

/** Those that are recorded by name, without a rule of their own, have their sentence in the shell's dictionary. */
const toldByShell = [...read('web/shell/shell-texts.ts').matchAll(/'(platform\.[a-z_.]+)':/g)].map(
  ([, kind = '']) => kind,
);
const declared = [platformDomain, ...domains].flatMap((domain) => [
  ...domain.permissions.map(({ name }) => name),
  ...domain.events.map(({ name }) => name),
  ...(domain.notices ?? []).map(({ kind }) => kind),
]);
const source = globSync('{platform,domains,cli,kernel}/**/*.ts', { cwd: root })
  .filter((path) => !path.endsWith('.test.ts'))
  .map(read)
  .join('\n');

test.each(page)('%s: every dotted name is a setting, an event, a permission or a notification', (_path, { codes }) => {
  const roots = new Set(
    [...settingKeys, ...declared].filter((key) => key.includes('.')).map((key) => key.split('.')[0]),
  );
  const dotted = codes.filter((code) => /^[a-z]\w*(?:\.[\w*]+)+$/.test(code) && roots.has(code.split('.')[0]));
  const known = [...settingKeys, ...declared, ...toldByShell];
  const isKnown = (name: string) => {
    const pattern = new RegExp(`^${name.replaceAll('.', String.raw`\.`).replaceAll('*', '.+')}$`);
    return known.some((each) => pattern.test(each)) || source.includes(`'${name}'`);
  };
  expect(dotted.filter((name) => !isKnown(name))).toEqual([]);
});

test.each(page)('%s: every code of a refusal or fault exists', (_path, { codes }) => {
  const named = codes.filter((code) => /^[a-z]+(?:_[a-z]+)+$/.test(code));
  const foreign = new Set(['redirect_uri_mismatch', 'starts_with']); // What Google says; a comparison of webhooks.
  expect(named.filter((code) => !foreign.has(code) && !source.includes(`'${code}'`))).toEqual([]);
});

// ── Routes

const routes = new Map(
  Object.entries((JSON.parse(read('docs/api/openapi.json')) as { paths: Record<string, object> }).paths).map(
    ([path, methods]) => [path, new Set(Object.keys(methods).map((method) => method.toUpperCase()))],
  ),
);
const PLATFORM_PATHS = ['/api/openapi.json', '/api/docs', '/health', '/health/live', '/health/ready', '/metrics'];

test.each(page)('%s: every route exists', (_path, { codes, blocks }) => {
  const inline = codes.filter((code) => /^(?:[A-Z]+ )?\/(?:api|health|metrics)(?:\/|$)/.test(code));
  const called = blocks.flatMap(({ text }) =>
    [...text.matchAll(/^curl (?:.*-X (\w+) )?.*http:\/\/localhost:7700(\/[\w/.-]*)/gm)].map(
      ([, method = 'GET', path = '']) => `${method} ${path}`,
    ),
  );
  const missing = [...inline, ...called].filter((named) => {
    const [path = '', method] = named.split(' ').toReversed();
    if (PLATFORM_PATHS.includes(path)) return !source.includes(`'${path}'`);
    const methods = routes.get(path);
    return !methods || (method !== undefined && !methods.has(method));
  });
  expect(missing).toEqual([]);
});

// ── What is worked out, and what must be complete

test.each(['es', 'en'])('docs/%s/figures.md: the example is what the command answers', (language) => {
  const { blocks } = pageOf(`docs/${language}/figures.md`);
  const [ledger = '', prices = ''] = blocks.filter((block) => block.language === 'csv').map(({ text }) => text);
  const answer = blocks.find((block) => block.language === 'text')?.text;
  const folder = mkdtempSync(join(tmpdir(), 'cactus-help-'));
  try {
    writeFileSync(join(folder, 'ledger.csv'), ledger);
    writeFileSync(join(folder, 'prices.csv'), prices);
    const command = ['portfolio', 'analyse', 'ledger.csv', '--prices', 'prices.csv'];
    const printed = execFileSync(process.execPath, [join(root, 'cli/main.ts'), ...command], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(printed.trimEnd()).toBe(answer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each(['es', 'en'])('docs/%s/operations.md explains every notification there is', (language) => {
  const { codes } = pageOf(`docs/${language}/operations.md`);
  const told = new Set(codes);
  const kinds = [platformDomain, ...domains].flatMap((domain) => (domain.notices ?? []).map(({ kind }) => kind));
  const silent = new Set(['platform.notify.tested']); // The test message of the settings explains itself.
  expect([...kinds, ...toldByShell].filter((kind) => !told.has(kind) && !silent.has(kind))).toEqual([]);
});

test('the glossary has the same words in both languages', () => {
  const wordsOf = (language: string) =>
    [...read(`docs/${language}/glossary.md`).matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\|/gm)]
      .map(([, spanish, code]) => `${spanish} = ${code}`)
      .slice(2);
  expect(wordsOf('es')).toEqual(wordsOf('en'));
  expect(wordsOf('es').length).toBeGreaterThan(20);
});
