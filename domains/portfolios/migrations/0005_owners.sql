-- Who a portfolio belongs to: the adviser responsible for it and the client who may look at it. Nobody named: only people
-- who see the whole workspace reach it.
alter table portfolios_portfolios add column adviser_user_id uuid;
alter table portfolios_portfolios add column client_user_id uuid;
create index portfolios_portfolios_adviser on portfolios_portfolios (workspace_id, adviser_user_id);
create index portfolios_portfolios_client on portfolios_portfolios (workspace_id, client_user_id);

-- A name is taken within one adviser's book: a refusal must not tell that another adviser has a portfolio of that name.
drop index portfolios_portfolios_name;
create unique index portfolios_portfolios_name on portfolios_portfolios
  (workspace_id, coalesce(adviser_user_id, '00000000-0000-0000-0000-000000000000'), lower(name));
