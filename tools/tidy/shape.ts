/** Shape: file kinds, names, lengths, headers, and words that may not stay. */
import { isBrowserCode, isTest, unitOf, violationsOf, type SourceFile, type Violation } from './source.ts';

const FILE_LINES_MAX = 400; // Above this a reader needs a map; split by idea instead.
const MAIN_LINES_MAX = 80; // main.ts lists and starts; anything longer is logic in the wrong place.
const README_LINES_MAX = 60;
const README_HEADINGS = ['Owns', 'Refuses', 'Tables', 'Events', 'Invariants', 'Settings'];
const SERVER_KINDS =
  /^(?:domain|public|contract|[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:store|routes|job|adapter|worker|test|property\.test))?)\.ts$/;
const KEBAB = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
const BANNED_NAMES = /(?:^|[-./])(?:utils?|helpers?|managers?|misc|common)(?:[-./]|$)/;

/** File kinds, kebab-case, length, header. */
export function shapeViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => [...kindViolations(file), ...lengthViolations(file), ...headerViolations(file)]);
}

function kindViolations(file: SourceFile): Violation[] {
  const name = file.path.split('/').at(-1) ?? '';
  const at = { rule: 'file kind', path: file.path, line: 1 };
  if (BANNED_NAMES.test(file.path))
    return [{ ...at, message: 'name the noun it holds, not util, helper, manager or misc' }];
  if (!/\.(?:ts|tsx|sql|case)$/.test(name)) return [];
  if (!KEBAB.test(name) && !/^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    return [{ ...at, message: 'file names are kebab-case' }];
  if (unitOf(file.path).layer !== 'domain' || isBrowserCode(file.path)) return [];
  if (name.endsWith('.sql')) {
    return /\/migrations\/\d{4}_[a-z0-9_]+\.sql$/.test(file.path)
      ? []
      : [{ ...at, message: 'SQL files are numbered migrations' }];
  }
  if (name.endsWith('.case'))
    return /\/cases\//.test(file.path) ? [] : [{ ...at, message: 'case files live in cases/' }];
  return SERVER_KINDS.test(name) ? [] : [{ ...at, message: 'not one of the closed list of file kinds (STYLE.md)' }];
}

function lengthViolations(file: SourceFile): Violation[] {
  if (!/\.(?:ts|tsx)$/.test(file.path)) return [];
  const lines = file.text.trimEnd().split('\n').length;
  const max = file.path === 'main.ts' ? MAIN_LINES_MAX : FILE_LINES_MAX;
  if (lines <= max) return [];
  return [{ rule: 'file length', path: file.path, line: max, message: `${lines} lines; at most ${max}` }];
}

function headerViolations(file: SourceFile): Violation[] {
  if (!/\.tsx?$/.test(file.path) || /^(?:\s*\/\*\*)/.test(file.text)) return [];
  return [{ rule: 'file header', path: file.path, line: 1, message: 'open with /** what it is for */' }];
}

/** Words and calls with a replacement. */
export function wordViolations(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => /\.tsx?$/.test(path) && !path.startsWith('tools/tidy'))
    .flatMap((file) => [
      ...violationsOf(file, 'export star', { pattern: /^\s*export\s+\*/gm, message: 'name what leaves the door' }),
      ...unfinished(file),
      ...timeAndChance(file),
      ...floatMoney(file),
    ]);
}

function unfinished(file: SourceFile): Violation[] {
  return [...file.text.matchAll(/\bFIXME\b|\bXXX\b|\bTODO\b(?!\s*\(#\d+\))/g)].map((match) => ({
    rule: 'unfinished',
    path: file.path,
    line: file.text.slice(0, match.index).split('\n').length,
    message: `${match[0]} cannot merge (TODO needs an issue: TODO(#12))`,
  }));
}

function timeAndChance(file: SourceFile): Violation[] {
  const layer = unitOf(file.path).layer;
  if (isTest(file.path) || isBrowserCode(file.path) || (layer !== 'domain' && layer !== 'kernel')) return [];
  return violationsOf(file, 'hidden input', {
    pattern: /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\s*\)/g,
    message: 'pass the clock or the randomness in',
  });
}

function floatMoney(file: SourceFile): Violation[] {
  if (isTest(file.path)) return [];
  return [
    ...violationsOf(file, 'float money', {
      pattern: /\b(?:\w*[aA]mount|\w*[pP]rice|\w*[cC]ost|\w*[pP]roceeds|\w*[pP]rofit|fee|tax|balance)\??:\s*number\b/g,
      message: 'money is Decimal, and decimal text on the wire',
    }),
    ...violationsOf(file, 'float money', { pattern: /\bparseFloat\(/g, message: 'read figures with Decimal.parse' }),
  ];
}

/** Each domain README has the agreed headings and fits on a page. */
export function readmeViolations(files: readonly SourceFile[]): Violation[] {
  const domains = new Set(
    files.map(({ path }) => /^domains\/([^/]+)\/domain\.ts$/.exec(path)?.[1]).filter((name) => name !== undefined),
  );
  return [...domains].flatMap((domain) => {
    const path = `domains/${domain}/README.md`;
    const readme = files.find((file) => file.path === path);
    if (!readme) return [{ rule: 'readme', path, line: 1, message: 'missing' }];
    const lines = readme.text.trimEnd().split('\n');
    const missing = README_HEADINGS.filter((heading) => !lines.some((line) => line.startsWith(`## ${heading}`)));
    const tooLong = lines.length > README_LINES_MAX ? [`${lines.length} lines; at most ${README_LINES_MAX}`] : [];
    return [...missing.map((heading) => `heading "## ${heading}" is missing`), ...tooLong].map((message) => ({
      rule: 'readme',
      path,
      line: 1,
      message,
    }));
  });
}
