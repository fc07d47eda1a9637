-- graphile-worker keeps the jobs themselves in its own schema; these rows are what the jobs page adds.
create table platform_job_progress (
  job_id bigint primary key,
  done_ratio double precision not null,
  message text not null,
  -- How often the process that ran the job ended in the middle of it.
  crash_count integer not null default 0,
  updated_at timestamptz not null
);

create table platform_job_outcomes (
  name text primary key,
  succeeded_count bigint not null default 0,
  failed_count bigint not null default 0,
  last_succeeded_at timestamptz,
  last_failed_at timestamptz,
  last_duration_ms integer,
  last_error text
);
