/**
 * Named lots as people write them in a cell: `2024-01-05:10 2024-03-01:2.5` (day the lot was opened, units it gives), divided
 * by spaces, `+` or `|`. Several lots of one day go in the order they were recorded, unless the key of the operation that opened
 * one is written too: `2024-01-05@hand%3A7:10`, which is what an export writes.
 */
import { Decimal, parseLocalDate } from '#kernel';
import type { LotPick } from './ledger-event.ts';

const PICK = /^(\d{4}-\d{2}-\d{2})(?:@([^\s:=+|;]+))?[:=](\d+(?:[.,]\d+)?)$/;
/** In front of the key of the operation that opened a lot, in place of its id, until the ledger knows the id. */
export const KEY_MARK = 'key:';

/** Reads the named lots of a cell; null when it is not written like that. An empty cell names none. */
export function parseLotPicks(text: string): readonly LotPick[] | null {
  const picks: LotPick[] = [];
  for (const word of text.split(/[\s+|;]+/).filter(Boolean)) {
    const [, day = '', key, units = ''] = PICK.exec(word) ?? [];
    const openedOn = parseLocalDate(day);
    const quantity = Decimal.parse(units.replace(',', '.'));
    if (!openedOn || !quantity) return null;
    picks.push({ openedOn, openedBy: key === undefined ? null : `${KEY_MARK}${decoded(key)}`, quantity });
  }
  return picks;
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** Writes named lots so that `parseLotPicks` reads them; `openedBy` is a key here. */
export function lotPicksText(picks: readonly LotPick[]): string {
  const opener = (key: string | null): string =>
    key === null
      ? ''
      : `@${encodeURIComponent(key).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;
  return picks
    .map(({ openedOn, openedBy, quantity }) => `${openedOn}${opener(openedBy)}:${quantity.toString()}`)
    .join(' ');
}
