-- What changed since an instant, for figures computed from closes and rates. Rows arrive in the order of their instant, so a block
-- range index stays tiny and costs the writers next to nothing.
create index markets_daily_prices_fetched on markets_daily_prices using brin (fetched_at) with (pages_per_range = 16);
create index markets_fx_rates_fetched on markets_fx_rates using brin (fetched_at) with (pages_per_range = 16);
