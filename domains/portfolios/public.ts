/** Portfolios' door for other domains. */
export { dumpInstallation, reportByName } from './documents/offline-documents.ts';
export { sampleFacts } from './documents/report-sample.ts';
export { reportPages } from './documents/report-pages.ts';
export { EXPORT_FORMATS, exportByName, type ExportWish } from './exports/portfolio-export.ts';
export { TABLE_NAMES } from './exports/portfolio-tables.ts';
export { sampleWorkbook } from './imports/sample-workbook.ts';
export { type DryRun, dryRunImport, type DryRunOptions } from './imports/dry-run.ts';
export { type LiveHolding, openLiveValues } from './engine/live-values.ts';
export { openValuationTrial } from './engine/trial.ts';
export { type PortfolioValue, valueInstallation } from './installation-value.ts';
export { analyseLedger, type LedgerAnalysis } from './ledger-analysis.ts';
export { parseLedgerWorkbook } from './imports/ledger-workbook.ts';
export {
  type LedgerFile,
  type LedgerReading,
  parseFlowsFile,
  parseLedgerFile,
  parsePricesFile,
} from './ledger-file.ts';
export { INSTRUMENT_KINDS, type InstrumentKind, type LedgerEventDraft, type LedgerEventType } from './ledger-event.ts';
export { parseLotPicks } from './lot-pick.ts';
export { LOT_METHODS, type LotMethod } from './lot.ts';
export { moneyWeighted } from './performance/money-weighted.ts';
export { findPortfolio, listPortfolios, type Portfolio } from './portfolio.store.ts';
export {
  type RecordedEvents,
  recordEvents,
  type RecordProblem,
  type RecordRefusal,
  type RecordRequest,
} from './recording.ts';
export { type ImportReversalRequest, type Reversal, type ReversalRefusal, reverseImport } from './reversal.ts';
export { type CarriedLoss } from './tax/compensation.ts';
export {
  JURISDICTION_CODES,
  type JurisdictionCode,
  JURISDICTIONS,
  type Listing,
  LISTINGS,
} from './tax/jurisdiction.ts';
export { ledgerTaxReport, type LedgerTaxRequest, simulateLedgerSale } from './tax/ledger-tax.ts';
export { reportCsv } from './tax/report-tables.ts';
