alter table payouts drop column reversed_by_hand_at;
delete from payout_movements where kind = 'recovery';
alter table payout_movements
  drop constraint payout_movements_kind_check,
  add constraint payout_movements_kind_check check (kind in ('transfer', 'reversal')),
  drop constraint payout_movements_check1,
  add constraint payout_movements_check1 check (kind = 'transfer' or (netted_minor = 0 and transfer_id is not null));
