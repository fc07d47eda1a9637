/** What the parts of the tax tab share: the report, its year in the address, and refusals in words. */
import { type ApiOutput, useApi, useLive, useRefresh } from '#web/api';
import type { Translate } from '#web/i18n';
import { useUrlState } from '#web/shell';
import type { ProblemWords } from '#web/ui';
import type { TaxKey } from './tax-texts.ts';

export type TaxReport = ApiOutput<'GET /api/portfolios/:portfolioId/tax/report'>;
export type Simulation = ApiOutput<'POST /api/portfolios/:portfolioId/tax/simulate'>;

/** Reads that an operation, or a setting, makes old. */
export const TAX_READS = [
  'GET /api/portfolios/:portfolioId/tax/report',
  'GET /api/portfolios/:portfolioId/tax/settings',
] as const;

/** The report of the page's year; read again when an operation is recorded or taken back. */
export function useTaxReport(portfolioId: string) {
  const refresh = useRefresh();
  useLive('portfolios.*', () => void refresh(...TAX_READS));
  const [year, setYear] = useUrlState<string>('ejercicio', '');
  const query = /^20(?:1[5-9]|[2-9]\d)$/.test(year) ? { year: Number(year) } : {};
  const report = useApi(
    'GET /api/portfolios/:portfolioId/tax/report',
    { params: { portfolioId }, query },
    { keepsPrevious: true },
  );
  return { report, setYear };
}

/** The asset of the simulator in the address; empty is closed, `si` is open without one. */
export function useSimulated(): readonly [string, (instrumentId: string) => void] {
  return useUrlState<string>('vender', '');
}

/** Refusals of taxes in words. */
export function taxWords(t: Translate<TaxKey>): ProblemWords {
  const held = { title: t('problemHeld'), detail: t('problemHeldDetail') };
  const changed = { title: t('problemChanged'), detail: t('problemChangedDetail') };
  return {
    sells_more_than_held: held,
    instrument_not_held: held,
    price_missing: { title: t('problemPrice'), detail: t('problemPriceDetail') },
    sale_before_other_operations: { title: t('problemLater'), detail: t('problemLaterDetail') },
    lot_not_held: { title: t('problemLot'), detail: t('problemHeldDetail') },
    date_not_valid: { title: t('problemDate'), detail: t('problemDateDetail') },
    quantity_not_positive: { title: t('problemQuantity'), detail: t('problemQuantityDetail') },
    method_not_allowed: { title: t('problemMethod'), detail: t('problemMethodDetail') },
    carried_loss_repeated: { title: t('problemRepeated'), detail: t('problemRepeatedDetail') },
    version_mismatch: changed,
  };
}
