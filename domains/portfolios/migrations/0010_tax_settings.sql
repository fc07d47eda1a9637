-- How a portfolio is taxed: country, order of lots, where securities are traded, and losses of years before its ledger.
create table portfolios_tax_settings (
  portfolio_id uuid primary key references portfolios_portfolios on delete cascade,
  workspace_id uuid not null,
  jurisdiction text not null check (jurisdiction in ('ES', 'DE', 'FR', 'OTHER')),
  method text not null check (method in ('fifo', 'lifo', 'hifo', 'average')),
  -- {"instrument id": "listed" | "unlisted" | "exempt"}: only what somebody said otherwise.
  listings jsonb not null default '{}' check (jsonb_typeof(listings) = 'object'),
  -- [{"year", "basket": "gains" | "income", "amount" as decimal text}]
  carried_losses jsonb not null default '[]' check (jsonb_typeof(carried_losses) = 'array'),
  version integer not null default 1
);
