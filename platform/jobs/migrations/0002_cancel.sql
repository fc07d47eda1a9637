-- A person asked a running job to stop; the process that runs it looks here.
alter table platform_job_progress add column cancel_asked_at timestamptz;
