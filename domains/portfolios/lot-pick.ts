/**
 * Named lots as people write them in a cell: `2024-01-05:10 2024-03-01:2.5` (day the lot was opened, units it gives), divided
 * by spaces, `+` or `|`. Several lots of one day go in the order they were recorded.
 */
import { Decimal, parseLocalDate } from '#kernel';
import type { LotPick } from './ledger-event.ts';

const PICK = /^(\d{4}-\d{2}-\d{2})[:=](\d+(?:[.,]\d+)?)$/;

/** Reads the named lots of a cell; null when it is not written like that. An empty cell names none. */
export function parseLotPicks(text: string): readonly LotPick[] | null {
  const picks: LotPick[] = [];
  for (const word of text.split(/[\s+|;]+/).filter(Boolean)) {
    const [, day = '', units = ''] = PICK.exec(word) ?? [];
    const openedOn = parseLocalDate(day);
    const quantity = Decimal.parse(units.replace(',', '.'));
    if (!openedOn || !quantity) return null;
    picks.push({ openedOn, openedBy: null, quantity });
  }
  return picks;
}
