-- What passed between an organization and a customer: the balance before a period by agreement and
-- currency (what is 'OPENING'), then each document of the period in the order of its days; as known
-- at a recorded time. From the registers alone, by the card of the posting and all that were merged
-- into it. Lives on receivable_item_of_customer and payment_entry_of_customer.
--
-- $1 tenant, $2 customer, $3 organization, $4 first day, $5 last day, $6 agreement (null: all),
-- $7 known at (null: all that is known), $8 how many rows.
with passed as (
    select i.agreement_id, i.currency, i.occurred_on, i.recorded_at,
           case
               when i.credit_note_id is null and i.reverses is null then 'SALE'
               when i.credit_note_id is null then 'SALE_REVERSAL'
               when i.amount < 0 then 'CREDIT_NOTE'
               else 'CREDIT_NOTE_REVERSAL'
           end as what,
           i.shipment_id, i.credit_note_id, null::uuid as payment_id, null::uuid as refund_id,
           i.amount
    from receivable_item i
    where i.tenant_id = $1
      and i.customer_id = any (array(
          select $2::uuid
          union all
          select h.id from customer_heir_v h where h.tenant_id = $1 and h.heir_id = $2))
      and i.organization_id = $3
      and i.occurred_on <= $5
      and ($6::uuid is null or i.agreement_id = $6)
      and ($7::timestamptz is null or i.recorded_at <= $7)
    union all
    select e.agreement_id, e.currency, e.occurred_on, e.recorded_at,
           case
               when e.refund_id is null and e.amount > 0 then 'PAYMENT'
               when e.refund_id is null then 'PAYMENT_REVERSAL'
               when e.amount < 0 then 'REFUND'
               else 'REFUND_REVERSAL'
           end,
           null, null, case when e.refund_id is null then e.payment_id end, e.refund_id, -e.amount
    from payment_entry e
    where e.tenant_id = $1
      and e.customer_id = any (array(
          select $2::uuid
          union all
          select h.id from customer_heir_v h where h.tenant_id = $1 and h.heir_id = $2))
      and e.organization_id = $3
      and e.occurred_on <= $5
      and ($6::uuid is null or e.agreement_id = $6)
      and ($7::timestamptz is null or e.recorded_at <= $7)
), told as (
    select p.agreement_id, p.currency, null::date as occurred_on, 'OPENING' as what,
           null::uuid as shipment_id, null::uuid as credit_note_id, null::uuid as payment_id,
           null::uuid as refund_id, sum(p.amount) as amount, null::timestamptz as recorded_at
    from passed p
    where p.occurred_on < $4
    group by p.agreement_id, p.currency
    union all
    select p.agreement_id, p.currency, p.occurred_on, p.what, p.shipment_id, p.credit_note_id,
           p.payment_id, p.refund_id, sum(p.amount), min(p.recorded_at)
    from passed p
    where p.occurred_on >= $4
    group by p.agreement_id, p.currency, p.occurred_on, p.what, p.shipment_id, p.credit_note_id,
             p.payment_id, p.refund_id
)
select t.agreement_id, t.currency, t.occurred_on, t.what, t.shipment_id, t.credit_note_id,
       t.payment_id, t.refund_id, t.amount::numeric(28, 2) as amount
from told t
order by t.currency, t.agreement_id, t.occurred_on nulls first, t.recorded_at, t.what,
         coalesce(t.shipment_id, t.credit_note_id, t.payment_id, t.refund_id)
limit $8
