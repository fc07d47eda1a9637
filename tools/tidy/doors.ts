/** Doors: who may import whom. The graph is data (boundaries.json) and must stay acyclic. */
import { posix } from 'node:path';
import {
  importsOf,
  isBrowserCode,
  isTest,
  unitOf,
  type ImportFact,
  type SourceFile,
  type Violation,
} from './source.ts';

export type Boundaries = Readonly<Record<string, readonly string[]>>;

const MANIFEST = /^domains\/[^/]+\/domain\.ts$/;
const BROWSER_CONTRACT = /^#[a-z-]+(?:\/contract|\/[a-z-]+\/contract)$/;

/** Rules 1, 2 and 4: relative imports stay home, doors follow boundaries.json, the browser takes only contracts. */
export function doorViolations(files: readonly SourceFile[], boundaries: Boundaries): Violation[] {
  const violations: Violation[] = [...cycleViolations(boundaries)];
  for (const file of files.filter(({ path }) => /\.tsx?$/.test(path))) {
    for (const fact of importsOf(file)) {
      const message = refusalOf(file.path, fact, boundaries);
      if (message) violations.push({ rule: 'doors', path: file.path, line: fact.line, message });
    }
    violations.push(...computedImports(file));
  }
  return violations;
}

function refusalOf(path: string, fact: ImportFact, boundaries: Boundaries): string | null {
  if (isBrowserCode(path) && !isTest(path)) {
    const message = browserRefusal(path, fact);
    if (message) return message;
  }
  if (fact.specifier.startsWith('.')) return relativeRefusal(path, fact.specifier);
  const unit = unitOf(path);
  if (unit.layer === 'kernel' && !isTest(path)) {
    return fact.specifier === '#kernel' ? null : `the kernel imports nothing: ${fact.specifier}`;
  }
  if (!fact.specifier.startsWith('#')) return null;
  return doorRefusal(path, fact, boundaries);
}

function relativeRefusal(path: string, specifier: string): string | null {
  const unit = unitOf(path);
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (unit.layer === 'outer') {
    // Composition, tools and tests read manifests; everything else goes through a door.
    const leavesHome = /^(?:domains|platform|kernel|web)\//.test(target);
    return leavesHome && !MANIFEST.test(target) ? `use a door (#...) instead of ${specifier}` : null;
  }
  if (MANIFEST.test(target)) {
    // A test composes the domains it needs, as main.ts does.
    return isTest(path) ? null : 'domain.ts is imported only by the composition root and tests';
  }
  return target.startsWith(`${unit.folder}/`) ? null : `a relative import leaves ${unit.folder}: ${specifier}`;
}

function doorRefusal(path: string, fact: ImportFact, boundaries: Boundaries): string | null {
  const unit = unitOf(path);
  const [door = ''] = fact.specifier.slice(1).split('/');
  if (door === 'kernel' || unit.layer === 'outer') return null;
  if (fact.specifier === '#platform/testing' && !isTest(path)) return '#platform/testing is for tests only';
  if (door === 'platform') {
    // Whether a contract is taken as types only is the browser rule's question.
    const isContract = fact.specifier.endsWith('/contract');
    return unit.layer === 'web' && !isContract ? 'the browser cannot import the platform' : null;
  }
  if (door === 'web') {
    return isBrowserCode(path) ? null : 'server code cannot import the web app';
  }
  if (unit.layer === 'platform' && !isTest(path)) return `the platform knows no domain: ${fact.specifier}`;
  if (unit.layer !== 'domain' || unit.name === door) return null;
  if (boundaries[unit.name]?.includes(door)) return null;
  return `boundaries.json does not let ${unit.name} use ${door}`;
}

function browserRefusal(path: string, fact: ImportFact): string | null {
  const { specifier } = fact;
  if (specifier.startsWith('node:')) return `the browser has no ${specifier}`;
  if (specifier === 'zod') return 'schemas stay on the server: import contract types only';
  if (specifier.startsWith('#platform/') && specifier.endsWith('/contract')) {
    return fact.isTypeOnly ? null : `take ${specifier} with \`import type\`, or the schemas reach the bundle`;
  }
  if (specifier.startsWith('#')) {
    if (specifier === '#kernel' || specifier.startsWith('#web/')) return null;
    if (!BROWSER_CONTRACT.test(specifier)) return `web code imports only #web, #kernel and contracts: ${specifier}`;
    return fact.isTypeOnly ? null : `take ${specifier} with \`import type\`, or the schemas reach the bundle`;
  }
  if (!specifier.startsWith('.') || path.startsWith('web/')) return null;
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (isBrowserCode(target)) return null;
  const isContract = /(?:^|\/)contract\.ts$/.test(target);
  return isContract && fact.isTypeOnly ? null : `web code leaves its folder: ${specifier}`;
}

function computedImports(file: SourceFile): Violation[] {
  if (isTest(file.path)) return [];
  return [...file.text.matchAll(/\bimport\(\s*[^'"\s)]/g)].map((match) => ({
    rule: 'doors',
    path: file.path,
    line: file.text.slice(0, match.index).split('\n').length,
    message: 'a computed import() escapes the checks',
  }));
}

/** The allow-list itself must be acyclic and name only known domains. */
export function cycleViolations(boundaries: Boundaries): Violation[] {
  const at = { rule: 'boundaries', path: 'boundaries.json', line: 1 };
  const violations: Violation[] = [];
  const settled = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) {
      violations.push({ ...at, message: `cycle: ${[...trail, name].join(' -> ')}` });
      return;
    }
    if (settled.has(name)) return;
    if (!boundaries[name]) violations.push({ ...at, message: `unknown domain ${name}` });
    for (const next of boundaries[name] ?? []) visit(next, [...trail, name]);
    settled.add(name);
  };
  for (const name of Object.keys(boundaries)) visit(name, []);
  return violations;
}
