/** Dry run: what an import of a file would record, without a server or a database. Behind `cactus import --dry-run`. */
import { ok, type LocalDate, type Result } from '#kernel';
import { planFile } from './file-plan.ts';
import { type Issue, issueWords, type Words } from './issue.ts';
import type { DecimalMark } from './figure.ts';
import type { DayOrder } from './day.ts';
import type { GainUnit, ImportMapping } from './mapping.ts';
import type { Outline, Question } from './outline.ts';
import type { PlannedRow } from './planned-row.ts';
import { refusalWords } from './read-refusal-words.ts';
import type { ReadRefusal } from './sheet.ts';

export interface DryRunOptions {
  readonly today: LocalDate;
  readonly currency: string;
  readonly accountName: string;
  readonly openingDate: LocalDate | null;
  /** Answers for what the file leaves open; null asks. */
  readonly decimalMark: DecimalMark | null;
  readonly dayOrder: DayOrder | null;
  readonly gainUnit: GainUnit | null;
}

export interface DryRunIssue {
  readonly code: string;
  readonly severity: Issue['severity'];
  readonly cell: string | null;
  readonly message: Words;
}

export interface DryRun {
  readonly format: Outline['format'];
  readonly sheets: readonly {
    readonly name: string;
    readonly layout: string | null;
    readonly isIncluded: boolean;
    readonly questions: readonly Question[];
    readonly notes: readonly DryRunIssue[];
  }[];
  readonly counts: {
    readonly new: number;
    readonly skipped: number;
    readonly error: number;
    readonly operations: number;
  };
  readonly rows: readonly (Pick<PlannedRow, 'sheet' | 'row' | 'status'> & {
    readonly issues: readonly DryRunIssue[];
    readonly operations: PlannedRow['drafts'];
  })[];
}

/** Reads and plans a file in the limited process. Refuses what cannot be read, with the sentence to show. */
export async function dryRunImport(path: string, options: DryRunOptions): Promise<Result<DryRun, ReadRefusal>> {
  const first = await planOnce(path, options, null);
  if (!first.outcome.ok)
    return { ...first.outcome, details: { ...first.outcome.details, message: refusalWords(first.outcome.code) } };
  const hasAnswers = options.decimalMark ?? options.dayOrder ?? options.gainUnit ?? options.openingDate;
  const plan =
    hasAnswers === null || !first.outline
      ? first
      : await planOnce(path, options, answered(first.outline.mapping, options));
  const { outline, rows } = plan;
  const count = (status: PlannedRow['status']): number => rows.filter((row) => row.status === status).length;
  return ok({
    format: outline?.format ?? 'csv',
    sheets: (outline?.sheets ?? []).map(({ name, layout, isIncluded, questions, notes }) => ({
      name,
      layout,
      isIncluded,
      questions,
      notes: notes.map(shown),
    })),
    counts: {
      new: count('new'),
      skipped: count('skipped'),
      error: count('error'),
      operations: rows.reduce((total, row) => total + row.drafts.length, 0),
    },
    rows: rows.map(({ sheet, row, status, issues, drafts }) => ({
      sheet,
      row,
      status,
      issues: issues.map(shown),
      operations: drafts,
    })),
  });
}

async function planOnce(path: string, options: DryRunOptions, mapping: ImportMapping | null) {
  const rows: PlannedRow[] = [];
  const outlines: Outline[] = [];
  const { today, currency, accountName } = options;
  const outcome = await planFile({
    path,
    defaults: { today, currency, accountName },
    mapping,
    recall: async () => null,
    onOutline: async (outline) => void outlines.push(outline),
    onRows: async (batch) => void rows.push(...batch),
  });
  return { outcome, rows, outline: outlines[0] };
}

function answered(
  mapping: ImportMapping,
  { decimalMark, dayOrder, gainUnit, openingDate }: DryRunOptions,
): ImportMapping {
  return {
    ...mapping,
    openingDate,
    sheets: mapping.sheets.map((sheet) => ({ ...sheet, decimalMark, dayOrder, gainUnit })),
  };
}

function shown(entry: Issue): DryRunIssue {
  return { code: entry.code, severity: entry.severity, cell: entry.cell, message: issueWords(entry) };
}
