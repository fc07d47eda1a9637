/**
 * `cactus portfolio export NAME`: a portfolio's tables as a file or on stdout, without a server. Exit 0 ok, 1 failed, 2 usage.
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Fault } from '#kernel';
import { EXPORT_FORMATS, exportByName, type ExportWish, TABLE_NAMES } from '#portfolios';
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
    if (!found.ok) {
      const how =
        found.code === 'portfolio_ambiguous' ? 'several portfolios of that name' : 'no portfolio of that name';
      throw new Fault(found.code, `There is ${how}: “${name}”. See all: cactus portfolio value`, { retryable: false });
    }
    const { bytes } = found.value;
    await (flags.out === undefined
      ? pipeline(bytes, process.stdout, { end: false })
      : pipeline(bytes, createWriteStream(flags.out)));
    if (flags.out !== undefined) console.error(`Written: ${flags.out}`);
  });
}
