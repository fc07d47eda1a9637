/** How each portfolio is taxed, as somebody said; a portfolio without a row has the defaults of `tax-settings.ts`. */
import { Decimal } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { LotMethod } from '../lot.ts';
import type { Basket } from './compensation.ts';
import type { JurisdictionCode, Listing } from './jurisdiction.ts';
import type { TaxSettings } from './tax-settings.ts';

interface SettingsRow {
  readonly jurisdiction: JurisdictionCode;
  readonly method: LotMethod;
  readonly listings: Readonly<Record<string, Listing>>;
  readonly carried_losses: readonly { readonly year: number; readonly basket: Basket; readonly amount: string }[];
  readonly version: number;
}

/** What somebody said of a portfolio; null when nobody did. */
export async function findTaxSettings(queryable: Queryable, portfolioId: string): Promise<TaxSettings | null> {
  const { rows } = await sql<SettingsRow>`
    select jurisdiction, method, listings, carried_losses, version from portfolios_tax_settings
    where portfolio_id = ${portfolioId}`.execute(queryable.tables());
  const [row] = rows;
  if (!row) return null;
  const { jurisdiction, method, listings, version } = row;
  const carriedLosses = row.carried_losses.map((loss) => ({ ...loss, amount: Decimal.from(loss.amount) }));
  return { jurisdiction, method, listings, carriedLosses, version };
}

/** Writes them under the caller's lock of the portfolio. */
export async function writeTaxSettings(
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly portfolioId: string },
  settings: Omit<TaxSettings, 'version'>,
): Promise<void> {
  const { jurisdiction, method, listings, carriedLosses } = settings;
  await sql`
    insert into portfolios_tax_settings (portfolio_id, workspace_id, jurisdiction, method, listings, carried_losses)
    values (${scope.portfolioId}, ${scope.workspaceId}, ${jurisdiction}, ${method}, ${JSON.stringify(listings)}::jsonb,
      ${JSON.stringify(carriedLosses)}::jsonb)
    on conflict (portfolio_id) do update set jurisdiction = excluded.jurisdiction, method = excluded.method,
      listings = excluded.listings, carried_losses = excluded.carried_losses,
      version = portfolios_tax_settings.version + 1`.execute(tx.tables());
}
