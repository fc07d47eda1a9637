/**
 * Presets as data: the layouts of statements that brokers and exchanges hand out, each from its public column heads. A
 * sample of every one is in the tests; a broker that changes a head falls back to the usual recognition, never to a guess.
 */
import { LEDGER_COLUMNS } from '../exports/operation-line.ts';
import type { Preset } from './preset.ts';

/** Our own export: heads are the ledger contract's, and every field is written as the ledger keeps it. */
const CACTUS: Preset = {
  id: 'cactus_ledger',
  broker: 'Cactus',
  document: { es: 'Operaciones exportadas', en: 'Exported operations' },
  heads: ['date', 'type', 'account', 'account_currency', 'instrument_currency', 'to_quantity'],
  columns: Object.fromEntries(LEDGER_COLUMNS.map(([head, field]) => [field, head])),
  decimalMark: '.',
  dayOrder: null,
  rules: { isExact: true },
};

export const BROKER_PRESETS: readonly Preset[] = [CACTUS];
