/**
 * `cactus portfolio …`: what the portfolios are worth, and the analysis of a ledger file without a server or database.
 * Exit 0 ok, 1 failed, 2 usage, 6 partial: a price, a rate or a row is missing and named.
 */
import { Decimal, type LocalDate } from '#kernel';
import {
  analyseLedger,
  LOT_METHODS,
  type LedgerAnalysis,
  type LotMethod,
  moneyWeighted,
  parseFlowsFile,
  parsePricesFile,
  type PortfolioValue,
  valueInstallation,
} from '#portfolios';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { EXIT, withPlatform } from './install.ts';
import { currencyOption, dayOption, readLedger, readText } from './ledger-options.ts';
import { addExport } from './portfolio-export.ts';
import { addTaxCommands } from './portfolio-tax.ts';

/** Adds `portfolio` to the command line. */
export function registerPortfolio(program: Command): void {
  const portfolio = program.command('portfolio').description('value portfolios and analyse ledgers');
  portfolio
    .command('value')
    .description('what each portfolio of this install is worth now')
    .option('--portfolio <name>', 'only this one')
    .option('--json', 'machine-readable output')
    .action(runValue);
  portfolio
    .command('analyse')
    .argument(
      '<ledger>',
      'CSV or XLSX: date,type,account,instrument,quantity,price,currency,amount,fee,tax,fx,to,note,lots',
    )
    .description('positions, lots, realised gains and totals of a ledger file, offline')
    .requiredOption('--prices <file>', 'CSV: date,instrument,price,currency (EUR/USD rows are exchange rates)')
    .option('--currency <code>', 'currency of every figure', currencyOption, 'EUR')
    .option('--from <yyyy-mm-dd>', 'first day of the period', dayOption)
    .option('--to <yyyy-mm-dd>', 'last day (the newest of both files)', dayOption)
    .addOption(new Option('--method <method>', 'which lots a sale takes').choices([...LOT_METHODS]).default('fifo'))
    .option('--json', 'machine-readable output')
    .action(runAnalyse);
  portfolio
    .command('xirr')
    .argument('<flows>', 'CSV: date,amount (negative: paid in; positive: taken out or worth at the end)')
    .description('money-weighted return a year of dated flows, offline')
    .option('--json', 'machine-readable output')
    .action(runXirr);
  addExport(portfolio);
  addTaxCommands(portfolio);
}

function runXirr(path: string, flags: { readonly json?: boolean }): void {
  const { flows, warnings } = parseFlowsFile(readText(path));
  const { rate, status, residual, roots } = moneyWeighted(flows);
  if (flags.json) console.log(JSON.stringify({ rate, status, residual, roots, warnings }, null, 2));
  else if (status === 'unique') console.log(`${((rate ?? 0) * 100).toFixed(4)} % a year`);
  else console.log(`${XIRR_WORDS[status]}${roots.map((root) => ` ${(root * 100).toFixed(4)} %`).join(',')}`);
  for (const { line, code, message } of warnings) console.error(`line ${line ?? '?'}: ${code}: ${message}`);
  process.exitCode = warnings.length > 0 ? EXIT.partial : EXIT.ok;
}

const XIRR_WORDS = {
  multiple: 'Several rates fit these flows, so none is the return:',
  none: 'No rate fits these flows.',
  undefined: 'These flows have no rate: something must be paid in and something taken out, on different days.',
} as const;

async function runValue(flags: { readonly portfolio?: string; readonly json?: boolean }): Promise<void> {
  const values = await withPlatform((platform) => valueInstallation(platform, flags.portfolio ?? null));
  if (flags.portfolio !== undefined && values.length === 0) {
    console.error(`There is no portfolio “${flags.portfolio}”. See all: cactus portfolio value`);
    process.exitCode = EXIT.failed;
    return;
  }
  if (flags.json) console.log(JSON.stringify({ version: 1, portfolios: values }, null, 2));
  else printValues(values);
  const isPartial = values.some(({ figures }) => figures.missing.length > 0);
  process.exitCode = isPartial ? EXIT.partial : EXIT.ok;
}

function printValues(values: readonly PortfolioValue[]): void {
  if (values.length === 0) console.error('There are no portfolios yet. Create one in the web app.');
  for (const { name, figures } of values) {
    const { currency, value, valueKnown, profit } = figures;
    console.log(
      `${pc.bold(name)}  ${value === null ? `? (${cents(valueKnown)} known)` : cents(value)} ${currency}  profit ${profit === null ? '?' : cents(profit)} ${currency}`,
    );
    for (const fact of figures.missing) {
      console.error(
        fact.kind === 'price' ? `  no price: ${fact.name}` : `  no rate ${fact.from} to ${fact.to} since ${fact.date}`,
      );
    }
  }
}

/** For reading; `--json` has every decimal. */
function cents(figure: string): string {
  return Decimal.from(figure).rounded(2, 'half-up').toFixed(2);
}

interface AnalyseFlags {
  readonly prices: string;
  readonly currency: string;
  readonly from?: LocalDate;
  readonly to?: LocalDate;
  readonly method: LotMethod;
  readonly json?: boolean;
}

async function runAnalyse(path: string, flags: AnalyseFlags): Promise<void> {
  const prices = parsePricesFile(readText(flags.prices));
  const ledger = await readLedger(path, { currency: flags.currency, prices });
  const { currency, method, from = null, to = null } = flags;
  const analysis = analyseLedger({ ledger, prices, currency, from, to, method });
  if (flags.json) console.log(JSON.stringify(analysis, null, 2));
  else printAnalysis(analysis, currency);
  for (const { line, code, message } of analysis.warnings) {
    console.error(`${line === null ? '' : `line ${line}: `}${code}: ${message}`);
  }
  process.exitCode = analysis.warnings.length > 0 ? EXIT.partial : EXIT.ok;
}

function printAnalysis(analysis: LedgerAnalysis, currency: string): void {
  for (const position of analysis.positions) {
    console.log(
      `${position.instrument}  ${position.quantity}  value ${position.value ?? '?'}  cost ${position.cost ?? '?'} ${currency}`,
    );
  }
  for (const [name, figure] of Object.entries(analysis.totals))
    console.log(`${name.padEnd(14)} ${figure ?? '?'} ${currency}`);
  const { twr, xirr, xirrStatus, maxDrawdown, volatility } = analysis.performance;
  console.log(`${'TWR'.padEnd(14)} ${percent(twr)}`);
  console.log(`${'XIRR'.padEnd(14)} ${xirrStatus === 'unique' ? `${percent(xirr)} a year` : xirrStatus}`);
  console.log(`${'max drawdown'.padEnd(14)} ${percent(maxDrawdown)}`);
  console.log(`${'volatility'.padEnd(14)} ${percent(volatility)} a year`);
}

function percent(ratio: number | null): string {
  return ratio === null ? '?' : `${(ratio * 100).toFixed(2)} %`;
}
