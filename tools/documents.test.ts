/**
 * Goal: documents are true. Each domain's README names every permission, event, table and setting that the code
 * declares, and none that it does not.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { domains } from '../main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function readmeOf(domain: string): string {
  return readFileSync(join(root, 'domains', domain, 'README.md'), 'utf8');
}

function tablesOf(migrations: URL | null): string[] {
  if (!migrations) return [];
  const folder = fileURLToPath(migrations);
  const sql = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  return sql.flatMap((text) =>
    [...text.matchAll(/create table (?:if not exists )?([a-z_]+)/g)].map(([, table]) => table ?? ''),
  );
}

test.each(domains.map((domain) => [domain.name, domain] as const))(
  '%s: its README names what it declares',
  (name, domain) => {
    const readme = readmeOf(name);
    const declared = [
      ...domain.permissions.map((permission) => permission.name),
      ...domain.events.map((event) => event.name),
      ...tablesOf(domain.migrations),
      ...Object.keys(domain.settings?.shape ?? {}).map((key) => `${name}.${key}`),
    ];
    expect(declared.filter((word) => !readme.includes(word))).toEqual([]);
  },
);

test.each(domains.map((domain) => [domain.name, domain] as const))(
  '%s: its README names nothing that is gone',
  (name) => {
    const known = new Set<string>(
      domains.flatMap((each) => [...each.permissions, ...each.events].map(({ name: word }) => word)),
    );
    const jobNames = jobNamesIn(name);
    const named = [...readmeOf(name).matchAll(new RegExp(`\`(${name}\\.[a-z_]+\\.[a-z_]+)\``, 'g'))].map(
      ([, word]) => word ?? '',
    );
    expect(named.filter((word) => !known.has(word) && !jobNames.has(word))).toEqual([]);
  },
);

/** Job names are read from the text: a manifest's jobs need a running platform. */
function jobNamesIn(domain: string): Set<string> {
  const folder = join(root, 'domains', domain);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const texts = files.map((path) => readFileSync(join(folder, path), 'utf8')).join('\n');
  return new Set(
    [...texts.matchAll(new RegExp(`'(${domain}\\.[a-z_]+\\.[a-z_]+)'`, 'g'))].map(([, name]) => name ?? ''),
  );
}

test('every event example fits its own schema', () => {
  const wrong = domains.flatMap((domain) =>
    domain.events
      .filter((event) => !(event.schema as z.ZodType).safeParse(event.example).success)
      .map((event) => event.name),
  );
  expect(wrong).toEqual([]);
});

test('every door of package.json leads somewhere, or to a domain of the roadmap that is not built yet', () => {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    imports: Record<string, string>;
  };
  const missing = Object.values(imports).filter((target) => !target.includes('*') && !existsSync(join(root, target)));
  expect(missing).toEqual([]);
});

test('both READMEs and the architecture name only files that exist', () => {
  const pages = ['README.md', 'README.es.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'STYLE.md'];
  const dead = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target]) => target ?? '');
    const paths = [...text.matchAll(/`((?:docs|tools|test|bench|platform|domains|web|cli)\/[\w./-]+)`/g)].map(
      ([, path]) => path ?? '',
    );
    return [...links, ...paths].filter((path) => !existsSync(join(root, path))).map((path) => `${page}: ${path}`);
  });
  expect(dead).toEqual([]);
});
