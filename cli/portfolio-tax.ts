/**
 * `cactus portfolio tax` and `cactus portfolio simulate`: the tax year of a ledger file, and a sale that nobody made, offline.
 * Exit 0 ok, 1 failed, 2 usage, 6 partial: a rate is missing or a line was left out, and named.
 */
import { Decimal, type LocalDate } from '#kernel';
import {
  type CarriedLoss,
  INSTRUMENT_KINDS,
  type InstrumentKind,
  JURISDICTION_CODES,
  type JurisdictionCode,
  JURISDICTIONS,
  ledgerTaxReport,
  type LedgerTaxRequest,
  type Listing,
  LISTINGS,
  LOT_METHODS,
  type LotMethod,
  parseLotPicks,
  parsePricesFile,
  reportCsv,
  simulateLedgerSale,
} from '#portfolios';
import { type Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { EXIT } from './install.ts';
import { currencyOption, dayOption, readLedger, readText } from './ledger-options.ts';

interface TaxFlags {
  readonly prices?: string;
  readonly currency: string;
  readonly jurisdiction: JurisdictionCode;
  readonly method?: LotMethod;
  readonly kind: readonly (readonly [string, InstrumentKind])[];
  readonly listing: readonly (readonly [string, Listing])[];
  readonly carried: readonly CarriedLoss[];
  readonly json?: boolean;
}
type ReportFlags = TaxFlags & { readonly year?: number; readonly csv?: boolean };
type SaleFlags = TaxFlags & {
  readonly instrument: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly date: LocalDate;
  readonly fee: Decimal;
  readonly account?: string;
  readonly lots?: string;
};

const EMPTY_PRICES = 'date,instrument,price,currency\n';

/** Adds the two commands to `portfolio`. */
export function addTaxCommands(portfolio: Command): void {
  const report = portfolio
    .command('tax')
    .argument('<ledger>', 'CSV or XLSX, as `analyse` reads it')
    .description('the tax year of a ledger file: transmissions, income, losses that wait, compensation; offline')
    .option('--year <year>', 'fiscal year (that of the newest day)', yearOption)
    .option('--csv', 'the whole report as CSV');
  withTaxOptions(report).action(runReport);
  const simulate = portfolio
    .command('simulate')
    .argument('<ledger>', 'CSV or XLSX, as `analyse` reads it')
    .description('what a sale would do to the tax year: lots, gains, losses that would wait; records nothing')
    .requiredOption('--instrument <name>', 'what to sell, as the ledger names it')
    .requiredOption('--quantity <units>', 'how many units', figureOption)
    .requiredOption('--price <price>', 'price of one unit', figureOption)
    .requiredOption('--date <yyyy-mm-dd>', 'day of the sale', dayOption)
    .option('--fee <amount>', 'fee of the sale', figureOption, Decimal.zero)
    .option('--account <name>', 'account that sells (the last that traded it)')
    .option('--lots <day:units…>', 'lots to sell, where the country leaves the choice');
  withTaxOptions(simulate).action(runSimulation);
}

function withTaxOptions(command: Command): Command {
  return command
    .option('--prices <file>', 'CSV: date,instrument,price,currency; its EUR/USD rows are the exchange rates')
    .option('--currency <code>', 'currency of prices, and of a return that has none of its own', currencyOption, 'EUR')
    .addOption(new Option('--jurisdiction <code>', 'whose rules').choices([...JURISDICTION_CODES]).default('ES'))
    .addOption(
      new Option('--method <method>', 'which lots a sale takes, where that is left open').choices([...LOT_METHODS]),
    )
    .option('--kind <name=kind>', 'what an instrument is (ACME=fund); may be repeated', kindOption, [])
    .option('--listing <name=listing>', 'where it is traded (ACME=unlisted); may be repeated', listingOption, [])
    .option('--carried <year:basket:amount>', 'a loss of before (2022:gains:500); may be repeated', carriedOption, [])
    .option('--json', 'machine-readable output');
}

async function requestOf(path: string, flags: TaxFlags): Promise<LedgerTaxRequest> {
  const prices = parsePricesFile(flags.prices === undefined ? EMPTY_PRICES : readText(flags.prices));
  const { currency, jurisdiction, method = null } = flags;
  const allowed = JURISDICTIONS[jurisdiction].methods;
  if (method && !allowed.includes(method))
    throw usage(`--method ${method}: ${jurisdiction} applies ${allowed.join(', ')}.`);
  return {
    ledger: await readLedger(path, { currency, prices }),
    prices,
    currency,
    jurisdiction,
    method,
    kinds: new Map(flags.kind),
    listings: new Map(flags.listing),
    carriedLosses: flags.carried,
  };
}

async function runReport(path: string, flags: ReportFlags): Promise<void> {
  const request = await requestOf(path, flags);
  const { text, tables } = ledgerTaxReport(request, flags.year ?? null);
  // A file has no today: whether its year is over is not for it to say.
  const warnings = text.warnings.filter(({ code }) => code !== 'year_not_over');
  if (flags.json) console.log(JSON.stringify({ ...text, warnings }, null, 2));
  else if (flags.csv) process.stdout.write(reportCsv(tables, { language: 'en', decimalMark: '.' }));
  else {
    console.log(pc.bold(`${text.year} ${text.jurisdiction} ${text.method}`));
    for (const part of text.transmissions)
      console.log(
        `${part.transmittedOn}  ${part.instrument.name}  ${part.quantity} of ${part.acquiredOn ?? '?'}  ${shown(part.acquisitionValue)} -> ${shown(part.transmissionValue)}  gain ${shown(part.gain)}  waits ${shown(part.deferred)}`,
      );
    const { gains, income, deferred, withheld, foreignTax } = text.totals;
    const totals = { gains: gains.net, income: income.net, deferred, withheld, 'foreign tax': foreignTax };
    const base = { 'savings base': text.compensation?.base ?? null, tax: text.savingsTax };
    for (const [name, figure] of Object.entries({ ...totals, ...(text.compensation && base) }))
      console.log(`${name.padEnd(14)} ${shown(figure)} ${text.currency}`);
    for (const loss of text.waiting)
      console.log(`waits: ${shown(loss.loss)} of ${loss.instrument.name} sold ${loss.soldOn}`);
    for (const loss of text.compensation?.carried ?? [])
      console.log(`carried: ${shown(loss.amount)} of ${loss.basket} ${loss.year}`);
  }
  const fileWarnings = [...request.ledger.warnings, ...request.prices.warnings];
  for (const { line, code, message } of fileWarnings) console.error(`line ${line ?? '?'}: ${code}: ${message}`);
  for (const { code, instrument, date } of warnings)
    console.error([code, instrument?.name, date].filter(Boolean).join(' '));
  const isPartial = fileWarnings.length > 0 || warnings.some(({ code }) => PARTIAL.includes(code));
  process.exitCode = isPartial ? EXIT.partial : EXIT.ok;
}

/** What leaves a figure out, not only a remark about one. */
const PARTIAL = ['rate_missing', 'operation_left_out', 'accounts_kept_apart', 'country_unknown'];

async function runSimulation(path: string, flags: SaleFlags): Promise<void> {
  const lots = parseLotPicks(flags.lots ?? '');
  if (!lots) throw usage('--lots: write them as 2024-01-05:10 2024-03-01:2.5');
  const { instrument, quantity, price, currency, date, fee, account = null } = flags;
  const sale = { instrument, quantity, price, currency, date, fee, account, lots: lots.length > 0 ? lots : null };
  const simulated = simulateLedgerSale(await requestOf(path, flags), sale);
  if (!simulated.ok) {
    console.error(`${simulated.code}: ${instrument}`);
    process.exitCode = EXIT.failed;
    return;
  }
  const { methods, window } = simulated.value;
  if (flags.json) console.log(JSON.stringify(simulated.value, null, 2));
  else {
    for (const { method, isAllowed, gain, deferred, released, before, after, lots: parts } of methods) {
      console.log(pc.bold(`${method}${isAllowed ? '' : ' (not left open)'}  gain ${shown(gain)}`));
      for (const part of parts)
        console.log(
          `  ${part.quantity} of ${part.acquiredOn ?? '?'}  gain ${shown(part.gain)}  waits ${shown(part.deferred)}`,
        );
      console.log(`  waits ${shown(deferred)}  released ${shown(released)}`);
      console.log(
        `  year ${shown(before.gains)} -> ${shown(after.gains)}  tax ${shown(before.savingsTax)} -> ${shown(after.savingsTax)}`,
      );
    }
    if (window) console.log(`A loss waits if it is bought again until ${window.until}.`);
  }
  process.exitCode = methods.some(({ gain }) => gain === null) ? EXIT.partial : EXIT.ok;
}

/** Wrong usage that only shows once the files are known: said here, because the parser has done its part. */
function usage(message: string): InvalidArgumentError {
  console.error(message);
  return new InvalidArgumentError(message);
}

/** For reading; `--json` has every decimal. */
function shown(figure: string | null): string {
  return figure === null ? '?' : Decimal.from(figure).rounded(2, 'half-up').toFixed(2);
}

function yearOption(value: string): number {
  if (!/^20(?:1[5-9]|[2-9]\d)$/.test(value)) throw new InvalidArgumentError('Use a year from 2015 on.');
  return Number(value);
}

function figureOption(value: string): Decimal {
  const figure = Decimal.parse(value);
  if (!figure || figure.sign < 0) throw new InvalidArgumentError('Use a plain decimal such as 12.5.');
  return figure;
}

function kindOption(value: string, known: readonly (readonly [string, InstrumentKind])[]) {
  const [name, word] = pairOf(value);
  const kind = INSTRUMENT_KINDS.find((each) => each === word);
  if (!kind) throw new InvalidArgumentError(`Use one of ${INSTRUMENT_KINDS.join(', ')}.`);
  return [...known, [name, kind] as const];
}

function listingOption(value: string, known: readonly (readonly [string, Listing])[]) {
  const [name, word] = pairOf(value);
  const listing = LISTINGS.find((each) => each === word);
  if (!listing) throw new InvalidArgumentError(`Use one of ${LISTINGS.join(', ')}.`);
  return [...known, [name, listing] as const];
}

function carriedOption(value: string, known: readonly CarriedLoss[]): CarriedLoss[] {
  const [year = '', basket = '', amount = ''] = value.split(':');
  const loss = Decimal.parse(amount);
  const found = (['gains', 'income'] as const).find((each) => each === basket);
  if (!/^\d{4}$/.test(year) || !found || !loss || loss.sign <= 0)
    throw new InvalidArgumentError('Write it as 2022:gains:500.25');
  return [...known, { year: Number(year), basket: found, amount: loss }];
}

function pairOf(value: string): readonly [name: string, word: string] {
  const at = value.lastIndexOf('=');
  return [value.slice(0, at), value.slice(at + 1)];
}
