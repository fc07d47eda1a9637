-- Traspasos, spin-offs and mergers touch two instruments: where units or cost go, and how many units arrive.
alter table portfolios_events add column to_instrument_id uuid;
alter table portfolios_events add column to_quantity numeric;
-- Few events link two instruments or sell short: an index of only those answers without reading the ledger.
create index portfolios_events_linked on portfolios_events (portfolio_id) where to_instrument_id is not null;
create index portfolios_events_short on portfolios_events (portfolio_id) where type = 'short';
