/** Portfolios by name in the palette, and why each moved this month: type "por qué" and the name. */
import { api } from '#web/api';
import { matchesText, textsNow } from '#web/i18n';
import type { EntitySearch, FoundEntity } from '#web/shell';
import { pageTexts } from './page-texts.ts';

const SHOWN_MAX = 6;

export const searchPortfolios: EntitySearch = async (typed, signal) => {
  const { items } = await api('GET /api/portfolios', { signal });
  const t = textsNow(pageTexts);
  const named = items
    .filter((portfolio) => matchesText(portfolio.name, typed))
    .map(({ id, name, baseCurrency }): FoundEntity => ({
      id,
      label: name,
      detail: baseCurrency,
      href: `/carteras/${id}`,
    }));
  const moved = items
    .filter(({ operationCount }) => operationCount > 0)
    .map(({ id, name }): FoundEntity => ({
      id: `${id} moved`,
      label: t('whyMoved', { name }),
      href: `/carteras/${id}?periodo=1m&ver=aportacion`,
    }))
    .filter(({ label }) => matchesText(label, typed));
  return [...named.slice(0, SHOWN_MAX), ...moved.slice(0, SHOWN_MAX)];
};
