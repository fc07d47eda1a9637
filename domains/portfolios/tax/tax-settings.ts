/** Tax settings of a portfolio: what applies until somebody says otherwise, and saying otherwise. */
import { recordAudit } from '#identity';
import { ok, refuse, type Result } from '#kernel';
import { findInstruments } from '#markets';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type VersionRefusal } from '#platform/http';
import type { LotMethod } from '../lot.ts';
import type { PortfolioScope } from '../portfolio-reach.store.ts';
import { lockPortfolio, type Portfolio } from '../portfolio.store.ts';
import type { CarriedLoss } from './compensation.ts';
import { type JurisdictionCode, JURISDICTIONS, type Listing } from './jurisdiction.ts';
import { findTaxSettings, writeTaxSettings } from './tax-settings.store.ts';

export interface TaxSettings {
  readonly jurisdiction: JurisdictionCode;
  readonly method: LotMethod;
  /** Where an instrument is traded, by its id, only where it is not what its kind says. */
  readonly listings: Readonly<Record<string, Listing>>;
  /** Losses of years before the ledger, or of elsewhere. */
  readonly carriedLosses: readonly CarriedLoss[];
  /** 0 while nobody said anything. */
  readonly version: number;
}

/** A portfolio in euros is taxed in Spain until somebody says otherwise; in another currency nothing is presumed. */
export function defaultTaxSettings({ baseCurrency }: Pick<Portfolio, 'baseCurrency'>): TaxSettings {
  const jurisdiction = baseCurrency === 'EUR' ? 'ES' : 'OTHER';
  return { jurisdiction, method: 'fifo', listings: {}, carriedLosses: [], version: 0 };
}

export type TaxSettingsRefusal =
  | 'portfolio_not_found'
  | 'method_not_allowed'
  | 'instrument_not_found'
  | 'carried_loss_repeated'
  | VersionRefusal;

export interface TaxSettingsChange extends PortfolioScope {
  readonly settings: Omit<TaxSettings, 'version'>;
  readonly ifMatch: string | undefined;
}

/** Says how a portfolio is taxed. Refuses a method that the jurisdiction does not leave open. */
export async function changeTaxSettings(
  platform: Pick<Platform, 'clock'>,
  tx: Transaction,
  { settings, ifMatch, ...scope }: TaxSettingsChange,
): Promise<Result<TaxSettings, TaxSettingsRefusal>> {
  const portfolio = await lockPortfolio(tx, scope);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: scope.portfolioId });
  const current = (await findTaxSettings(tx, portfolio.id)) ?? defaultTaxSettings(portfolio);
  const versions = checkVersion(ifMatch, current.version);
  if (!versions.ok) return versions;
  const { methods } = JURISDICTIONS[settings.jurisdiction];
  if (!methods.includes(settings.method)) return refuse('method_not_allowed', { allowed: methods });
  const ids = Object.keys(settings.listings);
  const known = ids.length > 0 ? await findInstruments(tx, scope.workspaceId, ids) : new Map<string, never>();
  const stranger = ids.find((id) => !known.has(id));
  if (stranger !== undefined) return refuse('instrument_not_found', { instrumentId: stranger });
  const keys = settings.carriedLosses.map(({ year, basket }) => `${year} ${basket}`);
  if (new Set(keys).size < keys.length) return refuse('carried_loss_repeated');
  await writeTaxSettings(tx, scope, settings);
  const { version: _before, ...before } = current;
  await recordAudit(tx, {
    workspaceId: scope.workspaceId,
    action: 'portfolios.tax_settings.changed',
    subject: portfolio.id,
    atMs: platform.clock(),
    before: { ...before },
    after: { ...settings },
  });
  return ok({ ...settings, version: current.version + 1 });
}
