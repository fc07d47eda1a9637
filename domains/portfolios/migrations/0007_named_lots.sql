-- A sale may name the lots it takes: [{"openedOn", "openedBy" or null, "quantity" as decimal text}, …]; null lets the method choose.
alter table portfolios_events add column lots jsonb check (jsonb_typeof(lots) = 'array');
