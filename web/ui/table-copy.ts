/** Rows to the clipboard, as a spreadsheet of the reader's country takes them. */
import type { Translate } from '#web/i18n';
import { preferences } from '#web/preferences';
import { type Column, toTsv } from './table-columns.ts';
import { toast } from './toast.tsx';
import type { uiTexts } from './ui-texts.ts';

/** Copies and says so; a browser that refuses its clipboard is told with what to do instead. */
export async function copyRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  t: Translate<keyof (typeof uiTexts)['es']>,
): Promise<void> {
  try {
    await navigator.clipboard.writeText(toTsv(rows, columns, preferences().numberLocale));
    toast.done({ title: t('copied'), detail: t('copiedDetail', { count: rows.length }) });
  } catch {
    toast.failed({ title: t('copyFailed'), detail: t('copyFailedDetail') });
  }
}
