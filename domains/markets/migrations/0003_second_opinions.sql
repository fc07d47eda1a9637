-- When a price was last held against another provider's, and whether they disagree until a person or a later look settles it.
alter table markets_instruments add column compared_at timestamptz;
alter table markets_instruments add column is_disputed boolean not null default false;

-- What the other provider said, for the person who decides.
alter table markets_quarantined_prices add column other_provider text;
alter table markets_quarantined_prices add column other_price numeric;
