/**
 * `cactus portfolio export|report|dump`: a portfolio's tables, its PDF report, and everything of a workspace as files, without
 * a server. Exit 0 ok, 1 failed, 2 usage.
 */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Fault } from '#kernel';
import {
  dumpInstallation,
  EXPORT_FORMATS,
  exportByName,
  type ExportWish,
  reportByName,
  TABLE_NAMES,
} from '#portfolios';
import { type Command, Option } from 'commander';
import { EXIT, withPlatform } from './install.ts';

interface ExportFlags extends ExportWish {
  readonly out?: string;
}

/** Adds `export` to the `portfolio` command. */
export function addExport(portfolio: Command): void {
  portfolio
    .command('export')
    .argument('<name>', 'name of the portfolio')
    .description('operations, positions, lots, daily series, figures and cash of a portfolio, with exact decimals')
    .addOption(new Option('--table <table>', 'which table').choices(['all', ...TABLE_NAMES]).default('operations'))
    .addOption(new Option('--format <format>', 'file format').choices([...EXPORT_FORMATS]).default('csv'))
    .option('--out <file>', 'write to this file (stdout otherwise)')
    .action(runExport);
  portfolio
    .command('report')
    .argument('<name>', 'name of the portfolio')
    .description('PDF report of a portfolio')
    .requiredOption('--out <file>', 'write to this file')
    .addOption(new Option('--lang <language>', 'language of the report').choices(['es', 'en']).default('es'))
    .option('--from <yyyy-mm-dd>', 'first day (the first operation)')
    .option('--to <yyyy-mm-dd>', 'last day (today)')
    .action(runReport);
  portfolio
    .command('dump')
    .description('everything a workspace keeps of its portfolios, as one archive')
    .requiredOption('--out <file>', 'write to this .zip file')
    .option('--workspace <id>', 'which workspace, when several have portfolios')
    .action(runDump);
}

interface ReportFlags {
  readonly out: string;
  readonly lang: 'es' | 'en';
  readonly from?: string;
  readonly to?: string;
}

async function runReport(name: string, { out, lang: language, from, to }: ReportFlags): Promise<void> {
  await withPlatform(async (platform) => {
    const made = await reportByName(platform, name, { language, from, to });
    if (!made.ok) throw new Fault(made.code, adviceOf(made.code, name), { retryable: false });
    await writeFile(out, made.value);
    console.error(`Written: ${out}`);
  });
}

async function runDump({ out, workspace }: { readonly out: string; readonly workspace?: string }): Promise<void> {
  await withPlatform(async (platform) => {
    const isShown = process.stderr.isTTY;
    const onProgress = async (doneRatio: number, step: string): Promise<void> => {
      if (isShown) process.stderr.write(`\r${Math.round(doneRatio * 100)} % ${step.padEnd(20)}`);
    };
    const dump = await dumpInstallation(platform, { workspaceId: workspace ?? null, onProgress });
    if (!dump.ok) {
      const known = (dump.details['workspaceIds'] as readonly string[] | undefined)?.join(', ') ?? '';
      throw new Fault(dump.code, `Name the workspace with --workspace. Those with portfolios: ${known || 'none'}`, {
        retryable: false,
      });
    }
    await pipeline(dump.value, createWriteStream(out, { mode: 0o600 }));
    console.error(`${isShown ? '\r' : ''}Written: ${out}`);
  });
}

function adviceOf(code: string, name: string): string {
  if (code === 'period_not_valid') return `There is nothing to report of “${name}” between those days.`;
  const how = code === 'portfolio_ambiguous' ? 'several portfolios of that name' : 'no portfolio of that name';
  return `There is ${how}: “${name}”. See all: cactus portfolio value`;
}

async function runExport(name: string, flags: ExportFlags): Promise<void> {
  const isBinary = flags.format === 'xlsx' || (flags.format === 'csv' && flags.table === 'all');
  if (isBinary && flags.out === undefined && process.stdout.isTTY) {
    console.error('This format is not text: name a file with --out FILE.');
    process.exitCode = EXIT.usage;
    return;
  }
  await withPlatform(async (platform) => {
    const found = await exportByName(platform, name, flags);
    if (!found.ok) throw new Fault(found.code, adviceOf(found.code, name), { retryable: false });
    const { bytes } = found.value;
    await (flags.out === undefined
      ? pipeline(bytes, process.stdout, { end: false })
      : pipeline(bytes, createWriteStream(flags.out)));
    if (flags.out !== undefined) console.error(`Written: ${flags.out}`);
  });
}
