/** SQL: only in `.store.ts`, only on the owner's tables, columns named. */
import { isBrowserCode, isTest, lineAt, unitOf, withoutComments, type SourceFile, type Violation } from './source.ts';

const BUILDER_TABLE =
  /\.(?:selectFrom|insertInto|updateTable|deleteFrom|innerJoin|leftJoin|rightJoin|fullJoin)\(\s*['"`]([a-z_]+)/g;
const TEXT_TABLE = /\b(?:from|join|into|update|truncate|table(?: if exists)?)\s+([a-z]+_[a-z_]+)\b/gi;
const SQL_USE = /\bsql(?:<[^`]*>)?`|\.(?:selectFrom|insertInto|updateTable|deleteFrom)\(/g;
const SELECT_STAR = /\bselect\s+(?:distinct\s+)?(?:\w+\.)?\*|\.selectAll\(/gi;
// PostgreSQL's own catalogues and words that follow `update` or `from` in prose-like SQL.
const SHARED = /^(?:pg_|information_schema|generate_|json_|jsonb_|regexp_|set_|only_|unnest)/;

/** Rule 3 of the house. Platform parts own `platform_…`; graphile_worker is the job engine's own schema. */
export function sqlViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const unit = unitOf(file.path);
    if (isTest(file.path) || isBrowserCode(file.path)) return [];
    if (file.path.endsWith('.sql')) return foreignTables(file, `${unit.name.replaceAll('-', '_')}_`);
    if (!file.path.endsWith('.ts')) return [];
    if (unit.layer === 'platform') return [...starred(file), ...foreignTables(file, 'platform_')];
    if (unit.layer !== 'domain') return [];
    const prefix = `${unit.name.replaceAll('-', '_')}_`;
    const misplaced = file.path.endsWith('.store.ts') ? [] : outsideStore(file);
    return [...misplaced, ...starred(file), ...foreignTables(file, prefix)];
  });
}

function foreignTables(file: SourceFile, prefix: string): Violation[] {
  const code = withoutComments(file.text);
  const owner = file.path.startsWith('platform/') ? 'platform_' : prefix;
  const isSqlText = file.path.endsWith('.sql') || file.path.endsWith('.store.ts');
  const patterns = isSqlText ? [BUILDER_TABLE, TEXT_TABLE] : [BUILDER_TABLE];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)]
      .filter(([, table = '']) => !table.startsWith(owner) && !SHARED.test(table) && !isLocalName(code, table))
      .map((match) => ({
        rule: 'foreign table',
        path: file.path,
        line: lineAt(code, match.index),
        message: `${match[1] ?? ''} belongs to another owner; ask its door (own prefix: ${owner})`,
      })),
  );
}

/** A name that this SQL itself introduces: a common table expression or an alias list. */
function isLocalName(code: string, name: string): boolean {
  return new RegExp(
    `\\b${name}\\b\\s*(?:\\([^)]*\\)\\s*)?as\\s*(?:not\\s+materialized\\s*|materialized\\s*)?\\(|\\bas\\s+${name}\\b`,
    'i',
  ).test(code);
}

function outsideStore(file: SourceFile): Violation[] {
  const code = withoutComments(file.text);
  return [...code.matchAll(SQL_USE)].map((match) => ({
    rule: 'sql outside store',
    path: file.path,
    line: lineAt(code, match.index),
    message: 'SQL lives in .store.ts',
  }));
}

function starred(file: SourceFile): Violation[] {
  const code = withoutComments(file.text);
  return [...code.matchAll(SELECT_STAR)].map((match) => ({
    rule: 'select star',
    path: file.path,
    line: lineAt(code, match.index),
    message: 'name the columns',
  }));
}
