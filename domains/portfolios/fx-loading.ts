/** Exchange rates of a book: the published euro rates of its currencies as one table. */
import type { LocalDate } from '#kernel';
import { euroRatesBetween } from '#markets';
import type { Queryable } from '#platform/db';
import { FxTable } from './fx-table.ts';

export interface FxNeeds {
  readonly workspaceId: string;
  readonly currencies: ReadonlySet<string>;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** Reads every rate the currencies need between two days; one currency alone needs none. */
export async function loadFxTable(queryable: Queryable, needs: FxNeeds): Promise<FxTable> {
  const currencies = [...needs.currencies].filter((currency) => currency !== 'EUR');
  if (needs.currencies.size <= 1 || currencies.length === 0) return new FxTable([]);
  const { workspaceId, from, to } = needs;
  const byCurrency = await euroRatesBetween(queryable, { workspaceId, currencies, from, to });
  const rates = [...byCurrency.values()].flatMap((list) =>
    list.map(({ currency, on, unitsPerEur }) => ({ from: 'EUR', to: currency, date: on, rate: unitsPerEur })),
  );
  return new FxTable(rates);
}
