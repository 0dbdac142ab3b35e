-- On which terms does this customer buy? Lives on the primary keys of customer and agreement and
-- on agreement_default, organization_default, price_list_default.
-- $1 tenant, $2 customer, $3 agreement or null, $4 organization or null.
select c.id as customer_id,
       c.name as customer_name,
       c.manager_id,
       c.region_id,
       c.archived_at is not null as customer_archived,
       c.credit_limit,
       c.credit_limit_currency,
       a.id as agreement_id,
       a.organization_id as agreement_organization_id,
       o.id as organization_id,
       a.currency,
       l.id as price_list_id,
       l.currency as price_list_currency,
       l.includes_vat as prices_include_vat,
       a.discount_percent,
       a.credit_policy,
       s.percents,
       s.moments,
       s.days
from customer c
join agreement a
  on a.tenant_id = $1
 and a.customer_id = c.id
 and a.archived_at is null
 and case when $3::uuid is null then a.is_default else a.id = $3 end
left join organization o
  on o.tenant_id = $1
 and o.archived_at is null
 and case when coalesce($4::uuid, a.organization_id) is null then o.is_default
          else o.id = coalesce($4, a.organization_id) end
left join price_list l
  on l.tenant_id = $1
 and case when a.price_list_id is null then l.is_default else l.id = a.price_list_id end
cross join lateral (
    select array_agg(p.percent order by p.place) as percents,
           array_agg(p.moment order by p.place) as moments,
           array_agg(p.days order by p.place) as days
    from payment_step p
    where p.tenant_id = $1
      and p.agreement_id = a.id
) s
where c.tenant_id = $1
  and c.id = $2
