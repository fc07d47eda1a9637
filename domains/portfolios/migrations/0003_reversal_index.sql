-- Few events are reversals: an index of only those answers "was this one taken back?" without reading the ledger.
create unique index portfolios_events_reversal on portfolios_events (reverses) where reverses is not null;
alter table portfolios_events drop constraint portfolios_events_reverses_key;
