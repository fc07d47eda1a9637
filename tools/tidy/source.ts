/** Source files as tidy sees them: text and path, never executed; comments and strings handled by plain scanning. */
export interface SourceFile {
  /** Path from the root with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export interface ImportFact {
  readonly specifier: string;
  readonly line: number;
  readonly isTypeOnly: boolean;
}

/** A unit is the smallest folder that relative imports may not leave. */
export interface Unit {
  readonly layer: 'kernel' | 'platform' | 'domain' | 'web' | 'outer';
  readonly name: string;
  readonly folder: string;
}

const IMPORT =
  /(?:^|[;\n])\s*(?:import|export)\s+(type\s)?(?:[^'"();]*?\sfrom\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;

/** Every static, dynamic and type import with its line. */
export function importsOf(file: SourceFile): ImportFact[] {
  const facts: ImportFact[] = [];
  for (const match of file.text.matchAll(IMPORT)) {
    const specifier = match[2] ?? match[3] ?? '';
    const at = match.index + match[0].lastIndexOf(specifier);
    facts.push({ specifier, line: lineAt(file.text, at), isTypeOnly: match[1] !== undefined });
  }
  return facts;
}

/** Line number (from 1) of a character position. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/** Which unit a path belongs to; root files and test, tools, cli, bench are `outer`. */
export function unitOf(path: string): Unit {
  const [top = '', second = ''] = path.split('/');
  if (top === 'kernel') return { layer: 'kernel', name: 'kernel', folder: 'kernel' };
  if (top === 'platform') return { layer: 'platform', name: second, folder: `platform/${second}` };
  if (top === 'domains') return { layer: 'domain', name: second, folder: `domains/${second}` };
  if (top === 'web') return { layer: 'web', name: 'web', folder: 'web' };
  const folder = path.includes('/') ? top : '.';
  return { layer: 'outer', name: folder, folder };
}

/** True for code that ends up in the browser. */
export function isBrowserCode(path: string): boolean {
  return path.startsWith('web/') || /^domains\/[^/]+\/(?:[^/]+\/)*web\//.test(path);
}

export function isTest(path: string): boolean {
  // `test-….ts` is what the tests of one folder stand on (a receiver, a house with two workspaces).
  if (/^(?:domains|platform)\/[^/]+\/test-[a-z-]+\.ts$/.test(path)) return true;
  return /\.test\.tsx?$/.test(path) || /^(?:test|bench|tools)\//.test(path) || path.startsWith('platform/testing/');
}

/** Blanks comments, keeping line breaks, so that prose never trips a code rule. */
export function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, ' ');
  return text.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(^|[\s;{}(,])\/\/[^\n]*/g, blank);
}

/** Every match of a pattern outside comments, as a violation. */
export function violationsOf(
  file: SourceFile,
  rule: string,
  search: { readonly pattern: RegExp; readonly message: string },
): Violation[] {
  const code = withoutComments(file.text);
  return [...code.matchAll(search.pattern)].map((match) => ({
    rule,
    path: file.path,
    line: lineAt(code, match.index + (match[0].length - match[0].trimStart().length)),
    message: `${search.message} (${match[0].trim().slice(0, 60)})`,
  }));
}
