-- Receipts and credit notes. Each series of a year is numbered without gaps: the next number is a row that whoever issues holds
-- until the document is committed, so that a number is never taken by one that was not.
create table document_series (
  kind text not null check (kind in ('receipt', 'credit_note')),
  year integer not null check (year between 2000 and 9999), -- UTC
  next_number integer not null check (next_number > 1),
  primary key (kind, year)
);

-- What was said to the customer when money was taken or given back, as it was then. Never changed: a mistake is another document.
create table documents (
  id uuid primary key,
  kind text not null,
  year integer not null,
  sequence integer not null check (sequence > 0),
  number text not null unique generated always as (
    case kind when 'receipt' then 'R-' else 'C-' end || year::text || '-'
      || lpad(sequence::text, greatest(6, length(sequence::text)), '0')) stored, -- R-2026-000123
  booking_id uuid not null references bookings,
  refund_id uuid unique references refunds, -- of a credit note
  receipt_id uuid references documents, -- of a credit note: what it takes back
  issued_at timestamptz not null,
  currency char(3) not null,
  total_minor bigint not null check (total_minor > 0),
  content jsonb not null check (jsonb_typeof(content) = 'object'), -- src/modules/documents/domain/content.ts
  unique (kind, year, sequence),
  foreign key (kind, year) references document_series,
  check ((kind = 'credit_note') = (refund_id is not null)),
  check ((kind = 'credit_note') = (receipt_id is not null))
);
create unique index documents_receipt_of_booking on documents (booking_id) where kind = 'receipt';
create index documents_booking_id on documents (booking_id, issued_at);
create index documents_receipt_id on documents (receipt_id) where receipt_id is not null;

-- Whoever inserts holds the row of the series, so that nobody else's number can appear in between.
create function check_document() returns trigger language plpgsql as $$
declare
  receipt documents;
begin
  if new.sequence <> 1 + coalesce((select max(sequence) from documents where kind = new.kind and year = new.year), 0) then
    raise exception 'document % of % leaves a gap', new.sequence, new.year using errcode = 'integrity_constraint_violation';
  end if;
  if new.kind = 'credit_note' then
    select * into receipt from documents where id = new.receipt_id;
    if receipt.kind <> 'receipt' or receipt.booking_id <> new.booking_id or receipt.currency <> new.currency
        or receipt.total_minor < new.total_minor
          + coalesce((select sum(total_minor) from documents where receipt_id = new.receipt_id), 0) then
      raise exception 'a credit note takes back no more than its receipt says' using errcode = 'integrity_constraint_violation';
    end if;
  end if;
  return new;
end
$$;
create trigger documents_checked before insert on documents for each row execute function check_document();
create trigger documents_append_only before update or delete on documents for each row execute function refuse_change();
create trigger documents_no_truncate before truncate on documents for each statement execute function refuse_change();

grant select, insert, update on document_series to ecosystem_app;
grant select, insert on documents to ecosystem_app;
