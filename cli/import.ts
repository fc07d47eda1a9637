/**
 * `cactus import FILE --dry-run`: what a file would record, row by row, without a server. Exit 0 when every row is fine,
 * 6 when some rows have errors, 1 when the file cannot be read, 2 for wrong usage.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { dateInZone, type LocalDate, parseLocalDate } from '#kernel';
import { type DryRun, dryRunImport, type DryRunOptions } from '#portfolios';
import { type Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { EXIT } from './install.ts';

interface ImportFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly currency: string;
  readonly account: string;
  readonly date?: LocalDate;
  readonly decimals?: ',' | '.';
  readonly dates?: 'dmy' | 'mdy';
  readonly gain?: 'percent' | 'ratio' | 'money';
  readonly lang?: 'es' | 'en';
}

const ISSUES_SHOWN_MAX = 200; // A terminal is no place for more; `--json` has them all.

/** Adds `import` to the command line. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .argument('<file>', 'workbook (.xlsx) or list (.csv)')
    .description('show what a file of operations would record')
    .option('--dry-run', 'read and explain only (recording is done in the web app, where it can be undone)')
    .option('--json', 'machine-readable output')
    .option('--currency <code>', 'currency of rows that name none', currencyOption, 'EUR')
    .option('--account <name>', 'account of rows that name none', 'Principal')
    .option('--date <yyyy-mm-dd>', 'day of positions without a date (today)', dayOption)
    .addOption(new Option('--decimals <mark>', 'decimal mark where the file leaves it open').choices([',', '.']))
    .addOption(
      new Option('--dates <order>', 'order of day and month where the file leaves it open').choices(['dmy', 'mdy']),
    )
    .addOption(
      new Option('--gain <unit>', 'what a bare figure in a gain column is').choices(['percent', 'ratio', 'money']),
    )
    .addOption(new Option('--lang <language>', 'language of the messages').choices(['es', 'en']))
    .action(runImport);
}

async function runImport(file: string, flags: ImportFlags): Promise<void> {
  if (!flags.dryRun) {
    console.error(
      'cactus import needs --dry-run. To record the operations open Importar in the web app: it can be undone there.',
    );
    process.exitCode = EXIT.usage;
    return;
  }
  const language = flags.lang ?? (/^en/i.test(process.env['LC_ALL'] ?? process.env['LANG'] ?? '') ? 'en' : 'es');
  if (!existsSync(file)) {
    console.error(language === 'es' ? `No existe el archivo ${file}.` : `There is no file ${file}.`);
    process.exitCode = EXIT.failed;
    return;
  }
  const outcome = await dryRunImport(file, optionsOf(flags));
  if (!outcome.ok) {
    const message = outcome.details['message'] as { es: string; en: string };
    if (flags.json)
      console.log(
        JSON.stringify({ version: 1, file: basename(file), refusal: { code: outcome.code, message } }, null, 2),
      );
    console.error(`${outcome.code}: ${message[language]}`);
    process.exitCode = EXIT.failed;
    return;
  }
  if (flags.json) console.log(JSON.stringify({ version: 1, file: basename(file), ...outcome.value }, null, 2));
  else printRun(outcome.value, language);
  process.exitCode = exitCodeOf(outcome.value);
}

/** A file without a single table we know is a failure even though it could be read. */
function exitCodeOf({ sheets, counts }: DryRun): number {
  if (!sheets.some((sheet) => sheet.isIncluded)) return EXIT.failed;
  return counts.error > 0 ? EXIT.partial : EXIT.ok;
}

function optionsOf(flags: ImportFlags): DryRunOptions {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return {
    today: dateInZone(nowMs(), timeZone),
    currency: flags.currency,
    accountName: flags.account,
    openingDate: flags.date ?? null,
    decimalMark: flags.decimals ?? null,
    dayOrder: flags.dates ?? null,
    gainUnit: flags.gain ?? null,
  };
}

/** The command is its own edge: there is no platform here to ask for the time. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function printRun(run: DryRun, language: 'es' | 'en'): void {
  const isSpanish = language === 'es';
  for (const sheet of run.sheets) {
    const state = sheet.isIncluded ? pc.green(sheet.layout ?? '') : pc.dim(isSpanish ? 'fuera' : 'left out');
    console.log(`${pc.bold(sheet.name.trim())}  ${state}`);
    for (const note of sheet.notes) console.log(`  ${pc.dim(note.message[language])}`);
  }
  const { counts } = run;
  console.log(
    isSpanish
      ? `\n${counts.new} filas nuevas (${counts.operations} operaciones) · ${counts.skipped} omitidas · ${counts.error} con errores`
      : `\n${counts.new} new rows (${counts.operations} operations) · ${counts.skipped} left out · ${counts.error} with errors`,
  );
  const lines = run.rows.flatMap((row) =>
    row.issues
      .filter((entry) => entry.severity !== 'info' || row.status === 'skipped')
      .map((entry) => {
        const mark =
          entry.severity === 'error' ? pc.red('✗') : entry.severity === 'warning' ? pc.yellow('!') : pc.dim('·');
        return `${mark} ${row.sheet.trim()} ${entry.cell ?? row.row}: ${entry.message[language]}`;
      }),
  );
  for (const line of lines.slice(0, ISSUES_SHOWN_MAX)) console.log(line);
  if (lines.length > ISSUES_SHOWN_MAX) console.log(pc.dim(`… +${lines.length - ISSUES_SHOWN_MAX} (--json)`));
}

function currencyOption(value: string): string {
  const code = value.toUpperCase();
  if (!/^[A-Z][A-Z0-9]{2,9}$/.test(code)) throw new InvalidArgumentError('Use a code such as EUR or USD.');
  return code;
}

function dayOption(value: string): LocalDate {
  const date = parseLocalDate(value);
  if (!date) throw new InvalidArgumentError('Use YYYY-MM-DD.');
  return date;
}
