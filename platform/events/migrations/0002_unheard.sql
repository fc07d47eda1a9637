-- Events of a process in which nobody adds rows to events (an offline command): whoever does, catches up from here.
create table platform_events_unheard (
  sequence bigint primary key
);
