/** What the commands about ledger files share: reading the file and the options that are days and currencies. */
import { existsSync, readFileSync } from 'node:fs';
import { Fault, type LocalDate, parseLocalDate } from '#kernel';
import { type LedgerFile, type LedgerReading, parseLedgerFile, parseLedgerWorkbook } from '#portfolios';
import { InvalidArgumentError } from 'commander';

/** A ledger file: a workbook by its name, else text. */
export async function readLedger(path: string, reading: LedgerReading): Promise<LedgerFile> {
  if (!/\.xlsx?$/i.test(path)) return parseLedgerFile(readText(path), reading);
  if (!existsSync(path))
    throw new Fault('file_not_readable', `Cannot read ${path}: check that it exists.`, { retryable: false });
  const read = await parseLedgerWorkbook(path, reading);
  if (read.ok) return read.value;
  const { message } = read.details;
  throw new Fault(read.code, `${path}: ${typeof message === 'string' ? message : read.code}`, { retryable: false });
}

/** A text file; one that cannot be read fails the command. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('file_not_readable', `Cannot read ${path}: check that it exists.`, { retryable: false, cause });
  }
}

export function currencyOption(value: string): string {
  const code = value.toUpperCase();
  if (!/^[A-Z][A-Z0-9]{2,9}$/.test(code)) throw new InvalidArgumentError('Use a code such as EUR or USD.');
  return code;
}

export function dayOption(value: string): LocalDate {
  const date = parseLocalDate(value);
  if (!date) throw new InvalidArgumentError('Use YYYY-MM-DD.');
  return date;
}
