/** Portfolios by name in the palette. */
import { api } from '#web/api';
import { matchesText } from '#web/i18n';
import type { EntitySearch } from '#web/shell';

const SHOWN_MAX = 6;

export const searchPortfolios: EntitySearch = async (typed, signal) => {
  const { items } = await api('GET /api/portfolios', { signal });
  return items
    .filter((portfolio) => matchesText(portfolio.name, typed))
    .slice(0, SHOWN_MAX)
    .map(({ id, name, baseCurrency }) => ({ id, label: name, detail: baseCurrency, href: `/carteras/${id}` as const }));
};
