-- Tax invoices equal the sums of their lines and the documents they are of, whose state they share;
-- within an organization and year later numbers have no earlier dates. Reads the tenant's tax
-- invoices whole: a check that an operator runs, not a request.
with header as (
    select d.id, d.net, d.vat, sum(l.net) as line_net, sum(l.vat) as line_vat
    from tax_invoice d
    join tax_invoice_line l on l.tenant_id = d.tenant_id and l.tax_invoice_id = d.id
    where d.tenant_id = $1
    group by d.id, d.net, d.vat
),
basis as (
    select d.id, d.net, d.vat, h.net as basis_net, h.vat as basis_vat,
           h.state = 'POSTED' as stands
    from tax_invoice d
    join shipment h on h.tenant_id = d.tenant_id and h.id = d.shipment_id
    where d.tenant_id = $1
      and d.kind = 'SALE'
      and d.state = 'ISSUED'
    union all
    select d.id, d.net, d.vat, n.net, n.vat, n.reversed_on is null and c.state = 'ISSUED'
    from tax_invoice d
    join credit_note n on n.tenant_id = d.tenant_id and n.id = d.credit_note_id
    join tax_invoice c on c.tenant_id = d.tenant_id and c.id = d.corrects_id
    where d.tenant_id = $1
      and d.kind = 'CORRECTIVE'
      and d.state = 'ISSUED'
),
series as (
    select d.id, d.date,
           max(d.date) over (partition by d.organization_id, d.number_year
                             order by d.number_sequence) as latest
    from tax_invoice d
    where d.tenant_id = $1
)
select 'tax_invoice.net' as figure, id::text as record, line_net as expected, net as found
from header
where net <> line_net
union all
select 'tax_invoice.vat', id::text, line_vat, vat
from header
where vat <> line_vat
union all
select 'tax_invoice.of_document', id::text, basis_net + basis_vat, net + vat
from basis
where net <> basis_net or vat <> basis_vat
union all
select 'tax_invoice.stands', id::text, 1, 0
from basis
where not stands
union all
select 'tax_invoice.order_of_time', id::text, latest - date, 0
from series
where latest > date
union all
select 'tax_invoice.merged_customer', d.id::text, 0, 1
from customer_heir_v h
join tax_invoice d on d.tenant_id = h.tenant_id and d.customer_id = h.id
where h.tenant_id = $1
