-- A poll, its options, and one vote per voter.

create table poll (
  only_one   boolean primary key default true check (only_one),
  question   text not null,
  updated_at timestamptz not null default now()
);

-- An option that leaves the poll is closed, never deleted: its votes are kept, and show again when it comes back.
create table options (
  id         text primary key check (id <> ''),
  label      text not null,
  position   smallint not null,
  open       boolean not null,
  updated_at timestamptz not null default now()
);

create table votes (
  voter_id    uuid primary key,
  option_id   text not null references options,
  -- Microseconds; the order in which votes were accepted. Of two votes of one voter, the later accepted one stands.
  accepted_at bigint not null check (accepted_at > 0),
  recorded_at timestamptz not null default now()
);
