/** Refusals of imports in words, and the choices the page offers. */
import type { ApiOutput } from '#web/api';
import type { Translate } from '#web/i18n';
import type { Choice, ProblemWords, Tone } from '#web/ui';
import type { ImportKey } from './import-texts.ts';

export type ImportDetail = ApiOutput<'GET /api/imports/:importId'>;
export type ImportSheet = ImportDetail['sheets'][number];
export type ImportMapping = NonNullable<ImportDetail['mapping']>;
export type SheetMapping = ImportMapping['sheets'][number];
export type ImportRow = ApiOutput<'GET /api/imports/:importId/rows'>['items'][number];
export type ImportField = Exclude<ImportSheet['columns'][number]['field'], null>;
export type ImportLayout = Exclude<SheetMapping['layout'], null>;

export const LAYOUTS: readonly ImportLayout[] = ['operations', 'investments', 'history', 'transactions'];

/** The fields a column may mean in each layout. */
const FIELDS: Readonly<Record<ImportLayout, readonly ImportField[]>> = {
  operations: [
    'name',
    'symbol',
    'isin',
    'identifier',
    'kind',
    'sector',
    'quantity',
    'price',
    'cost',
    'currency',
    'account',
    'note',
  ],
  investments: [
    'kind',
    'name',
    'identifier',
    'symbol',
    'isin',
    'cost',
    'value',
    'quantity',
    'price',
    'currency',
    'account',
    'note',
  ],
  history: [
    'name',
    'symbol',
    'isin',
    'identifier',
    'kind',
    'quantity',
    'price',
    'cost',
    'buy_date',
    'sell_date',
    'sell_price',
    'proceeds',
    'gain',
    'staking',
    'currency',
    'account',
    'note',
  ],
  transactions: [
    'date',
    'type',
    'name',
    'identifier',
    'symbol',
    'isin',
    'kind',
    'quantity',
    'price',
    'amount',
    'net_amount',
    'currency',
    'fee',
    'tax',
    'fx',
    'account',
    'account_currency',
    'instrument_currency',
    'to',
    'lots',
    'to_quantity',
    'to_symbol',
    'to_isin',
    'to_name',
    'to_kind',
    'to_currency',
    'key',
    'note',
  ],
};

export type FieldChoice = ImportField | 'none';

export function fieldChoices(t: Translate<ImportKey>, layout: ImportLayout): Choice<FieldChoice>[] {
  return [
    { value: 'none', label: t('meaning_none') },
    ...FIELDS[layout].map((field): Choice<FieldChoice> => ({ value: field, label: t(`field_${field}`) })),
  ];
}

export function layoutChoices(t: Translate<ImportKey>): Choice<ImportLayout | 'none'>[] {
  return [
    { value: 'none', label: t('chooseLayout') },
    ...LAYOUTS.map((layout): Choice<ImportLayout> => ({ value: layout, label: t(`layout_${layout}`) })),
  ];
}

export function importWords(t: Translate<ImportKey>): ProblemWords {
  const notOpen = { title: t('notOpen'), detail: t('notOpenDetail') };
  return {
    file_not_found: { title: t('staleFile'), detail: t('staleFileDetail') },
    import_not_open: notOpen,
    import_not_confirmed: notOpen,
    nothing_to_record: { title: t('nothingNew'), detail: t('safe') },
    reversal_uncovers_sale: { title: t('uncovers'), detail: t('uncoversDetail') },
  };
}

export const ROW_TONES: Readonly<Record<ImportRow['status'], Tone>> = {
  new: 'accent',
  recorded: 'ok',
  known: 'neutral',
  repriced: 'accent',
  changed: 'warn',
  skipped: 'neutral',
  error: 'danger',
};

/** Puts a column to a field, and takes it from whoever had it. */
export function withField(sheet: SheetMapping, column: number, field: FieldChoice): SheetMapping {
  const columns = Object.fromEntries(
    Object.entries(sheet.columns).filter(([name, at]) => at !== column && name !== field),
  ) as SheetMapping['columns'];
  const displaced = field === 'none' ? undefined : sheet.columns[field];
  const notes = sheet.informationColumns.filter((at) => at !== column);
  const informationColumns =
    field === 'none'
      ? [...notes, column]
      : displaced === undefined || displaced === column
        ? notes
        : [...notes, displaced];
  return {
    ...sheet,
    columns: field === 'none' ? columns : { ...columns, [field]: column },
    informationColumns: informationColumns.toSorted((a, b) => a - b),
  };
}
