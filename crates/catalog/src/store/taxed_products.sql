-- Products with the rate of VAT of an organization's documents on a day. A category's rate made
-- for the organization goes before the one for all. Few rates a category: read by the key of
-- vat_rate_once.
select p.id, p.sku, p.name, p.unit, p.is_service, p.archived_at is not null as archived,
       p.has_variants, p.in_documents, p.group_id, p.tracks_lots, p.tracks_expiry,
       p.min_price, p.min_margin_percent,
       case when p.vat_category_id is null then p.vat_rate else v.rate end as vat_rate,
       p.vat_category_id is null or v.valid_from is not null as has_rate
from product p
left join lateral (
    select r.rate, r.valid_from
    from vat_rate r
    where r.tenant_id = $1
      and r.vat_category_id = p.vat_category_id
      and (r.organization_id = $3 or r.organization_id is null)
      and r.valid_from <= $4
    order by r.organization_id is null, r.valid_from desc
    limit 1
) v on true
where p.tenant_id = $1 and p.id = any($2::uuid[])
