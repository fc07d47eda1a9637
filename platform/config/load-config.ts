/**
 * Loads the configuration once: flags > environment > cactus.yaml > defaults, checked key by key.
 * Every mistake is told in one go, each naming the key, where it stands and what is allowed; nothing starts half-configured.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assert, ok, refuse, type Result } from '#kernel';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { CORE_SETTINGS } from './core-settings.ts';
import { parseFlags } from './flags.ts';
import { nearestName } from './nearest-name.ts';
import { readText, type Setting, settingsOf, type SettingsSection } from './setting.ts';
import type { Config, SettingFact, SettingSource } from './types.ts';

const CONFIG_FILE = 'cactus.yaml';
const FILE_BYTES_MAX = 1_048_576; // A configuration is a page; more is the wrong file.
/** Switches of the test tools, never settings. */
const TOOL_PREFIX = 'CACTUS_TEST_';

export interface LoadInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly domains: readonly { readonly name: string; readonly settings?: z.ZodObject }[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Every key with value and source, secrets masked. */
  readonly settings: readonly SettingFact[];
}

interface Found {
  readonly value: unknown;
  readonly source: SettingSource;
  /** How the person wrote it: `CACTUS_PORT`, `port in cactus.yaml`. */
  readonly place: string;
}

/** Reads and checks everything. Refuses as `config_invalid` with one line per mistake in `message`. */
export function loadConfig(input: LoadInput): Result<LoadedConfig, 'config_invalid'> {
  const sections = sectionsOf(input.domains);
  const settings = sections.flatMap(settingsOf);
  const flags = parseFlags(input.argv);
  if (!flags.ok) return flags;
  const file = readFile(join(input.cwd, CONFIG_FILE));
  if (!file.ok) return file;
  const unknown = [...unknownVariables(input.env, settings), ...unknownKeys(file.value, settings)];
  const found = settings.map((setting) => findValue(setting, { env: input.env, flags: flags.value, file: file.value }));
  const checked = settings.map((setting, index) => check(setting, found[index] ?? null));
  const mistakes = [...unknown, ...checked.flatMap((one) => (one.mistake === null ? [] : [one.mistake]))];
  if (mistakes.length > 0) return refuse('config_invalid', { message: mistakes.join('\n') });
  const values = new Map(sections.map((section) => [section.name, assemble(section, settings, checked)]));
  const config = configOf(values, input.cwd);
  const facts = settings.map((setting, index) => factOf(setting, checked[index]?.value, found[index] ?? null));
  return ok({ config, settings: facts });
}

/** Every setting with its default, for docs/settings.md; reads nothing of this machine. */
export function describeSettings(domains: LoadInput['domains']): readonly SettingFact[] {
  return sectionsOf(domains)
    .flatMap(settingsOf)
    .map((setting) => factOf(setting, check(setting, null).value, null));
}

function sectionsOf(domains: LoadInput['domains']): SettingsSection[] {
  const own = domains.flatMap(({ name, settings }) => (settings ? [{ name, settings }] : []));
  return [{ name: '', settings: CORE_SETTINGS }, ...own];
}

function readFile(path: string): Result<Readonly<Record<string, unknown>>, 'config_invalid'> {
  if (!existsSync(path)) return ok({});
  const bytes = readFileSync(path);
  if (bytes.length > FILE_BYTES_MAX)
    return refuse('config_invalid', { message: `${CONFIG_FILE} is larger than 1 MiB.` });
  try {
    const content: unknown = parseYaml(bytes.toString('utf8')) ?? {};
    if (isRecord(content)) return ok(content);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    return refuse('config_invalid', { message: `${CONFIG_FILE} is not valid YAML: ${reason}` });
  }
  return refuse('config_invalid', { message: `${CONFIG_FILE} must hold keys and values, such as \`port: 7700\`.` });
}

function unknownVariables(env: LoadInput['env'], settings: readonly Setting[]): string[] {
  const names = settings.map((setting) => setting.environmentName);
  return Object.keys(env)
    .filter((name) => name.startsWith('CACTUS_') && !name.startsWith(TOOL_PREFIX) && !names.includes(name))
    .map((name) => `Unknown environment variable ${name}. ${hintFor(name, names)}`);
}

function unknownKeys(file: Readonly<Record<string, unknown>>, settings: readonly Setting[]): string[] {
  const keys = settings.map((setting) => setting.key);
  return leafKeys(file, '', keys)
    .filter((key) => !keys.includes(key))
    .map((key) => `Unknown key ${key} in ${CONFIG_FILE}. ${hintFor(key, keys)}`);
}

/** Keys of the file down to known settings; what stands below a known key is its value. */
function leafKeys(file: Readonly<Record<string, unknown>>, above: string, known: readonly string[]): string[] {
  return Object.entries(file).flatMap(([name, value]) => {
    const key = above === '' ? name : `${above}.${name}`;
    const isSection = known.some((setting) => setting.startsWith(`${key}.`));
    return isSection && isRecord(value) ? leafKeys(value, key, known) : [key];
  });
}

function hintFor(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return near ? `Did you mean ${near}?` : 'Run `npx cactus doctor` to see every setting.';
}

function findValue(
  setting: Setting,
  from: {
    readonly env: LoadInput['env'];
    readonly flags: ReadonlyMap<string, string>;
    readonly file: Readonly<Record<string, unknown>>;
  },
): Found | null {
  const flag = from.flags.get(setting.key);
  if (flag !== undefined) return { value: readText(setting.schema, flag), source: 'flag', place: 'the flag' };
  for (const name of [setting.environmentName, ...(setting.alias === null ? [] : [setting.alias])]) {
    const text = from.env[name];
    // Compose files write `NAME=` for "not set".
    if (text) return { value: readText(setting.schema, text), source: 'environment', place: name };
  }
  const value = setting.key
    .split('.')
    .reduce<unknown>((node, part) => (isRecord(node) ? node[part] : undefined), from.file);
  return value === undefined ? null : { value, source: 'cactus.yaml', place: `${setting.key} in ${CONFIG_FILE}` };
}

function check(setting: Setting, found: Found | null): { readonly value: unknown; readonly mistake: string | null } {
  const parsed = z.safeParse(setting.schema, found?.value);
  if (parsed.success) return { value: parsed.data, mistake: null };
  if (!found)
    return {
      value: undefined,
      mistake: `${setting.key} is missing: set ${setting.environmentName} to ${setting.allowed}.`,
    };
  const shown = setting.isSecret ? 'a value' : shorten(found.value);
  return {
    value: undefined,
    mistake: `${setting.key} is ${shown} (from ${found.place}); allowed: ${setting.allowed}.`,
  };
}

function assemble(
  section: SettingsSection,
  settings: readonly Setting[],
  checked: readonly { readonly value: unknown }[],
): unknown {
  const tree: Record<string, unknown> = {};
  settings.forEach((setting, index) => {
    if (setting.section !== section.name) return;
    let node = tree;
    for (const part of setting.path.slice(0, -1)) node = (node[part] ??= {}) as Record<string, unknown>;
    node[setting.path.at(-1) ?? ''] = checked[index]?.value;
  });
  return tree;
}

function configOf(values: ReadonlyMap<string, unknown>, cwd: string): Config {
  // Each leaf passed its own schema above; the object has the shape of CORE_SETTINGS by construction.
  const core = values.get('') as z.output<typeof CORE_SETTINGS>;
  return {
    ...core,
    hasLightPasswords: false,
    dataDir: resolve(cwd, core.dataDir),
    publicUrl: core.publicUrl?.replace(/\/$/, '') ?? null,
    corsOrigins: core.corsOrigins.map((origin) => origin.replace(/\/$/, '')),
    section: <Settings>(domain: string): Settings => {
      assert(domain !== '' && values.has(domain), `config: ${domain} declares no settings`);
      return values.get(domain) as Settings;
    },
  };
}

function factOf(setting: Setting, value: unknown, found: Found | null): SettingFact {
  const fallback = z.safeParse(setting.schema, undefined);
  return {
    key: setting.key,
    environmentName: setting.environmentName,
    alias: setting.alias,
    meaning: setting.meaning,
    allowed: setting.allowed,
    defaultText: fallback.success ? valueText(fallback.data) : '(required)',
    valueText: setting.isSecret && value !== null && value !== undefined ? '••••' : valueText(value),
    source: found?.source ?? 'default',
  };
}

/** Connection addresses carry passwords; they never show. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return '(none)';
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.map(valueText).join(',');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/(:\/\/[^\s:/@]*:)[^\s@/]+@/, '$1••••@');
}

function shorten(value: unknown): string {
  return `"${valueText(value).slice(0, 80)}"`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
