-- A row may bring no new operation and still a newer price: it is confirmed for its price alone.
alter table portfolios_import_rows drop constraint portfolios_import_rows_status_check;
alter table portfolios_import_rows add constraint portfolios_import_rows_status_check
  check (status in ('new', 'known', 'repriced', 'changed', 'skipped', 'error', 'recorded'));
