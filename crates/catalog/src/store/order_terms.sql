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
       c.price_segment_id,
       c.sales_channel_id,
       g.price_list_id as segment_list_id,
       d.id as default_list_id,
       a.id as agreement_id,
       a.name as agreement_name,
       a.price_list_id as agreement_list_id,
       a.version as agreement_version,
       a.min_shelf_life_days,
       a.sales_route_id,
       r.reserve_on,
       r.cover_by,
       a.state as agreement_state,
       a.valid_from as agreement_valid_from,
       a.valid_to as agreement_valid_to,
       a.organization_id as agreement_organization_id,
       o.id as organization_id,
       a.currency,
       coalesce(l.includes_vat, d.includes_vat) as prices_include_vat,
       t.combination,
       t.discount_cap,
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
 and l.id = a.price_list_id
left join price_list d
  on d.tenant_id = $1
 and d.is_default
left join price_segment g
  on g.tenant_id = $1
 and g.id = c.price_segment_id
left join sales_route r
  on r.tenant_id = $1
 and r.id = a.sales_route_id
left join price_settings t
  on t.tenant_id = $1
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
