-- Which write-offs, counts and lots held back differ from what they moved? Reads them whole: a
-- check that an operator runs, not a request.
with moved as (
    select m.document_kind, m.document_id, m.line_id, sum(m.quantity) as quantity,
           sum(m.value) as value
    from stock_movement m
    where m.tenant_id = $1 and m.document_kind in ('WriteOff', 'StockCount')
    group by m.document_kind, m.document_id, m.line_id
),
written_off as (
    select 'write-off ' || w.id || ', line ' || l.position as record,
           case when w.state = 'POSTED' then - l.quantity else 0 end as expected,
           coalesce(m.quantity, 0) as found
    from write_off w
    join write_off_line l on l.tenant_id = w.tenant_id and l.document_id = w.id
    left join moved m on m.document_id = w.id and m.line_id = l.id
    where w.tenant_id = $1
),
counted as (
    select 'count ' || c.id || ', line ' || l.id as record,
           case when c.state = 'POSTED' then coalesce(l.posted, 0) else 0 end as expected,
           coalesce(m.quantity, 0) as found
    from stock_count c
    join stock_count_line l on l.tenant_id = c.tenant_id and l.document_id = c.id
    left join moved m on m.document_id = c.id and m.line_id = l.id
    where c.tenant_id = $1
),
amount as (
    select 'write-off ' || w.id as record,
           case when w.state = 'POSTED' then - w.amount else 0 end as expected,
           coalesce((select sum(m.value) from moved m where m.document_id = w.id), 0) as found
    from write_off w
    where w.tenant_id = $1
    union all
    select 'count ' || c.id, case when c.state = 'POSTED' then c.amount else 0 end,
           coalesce((select sum(m.value) from moved m where m.document_id = c.id), 0)
    from stock_count c
    where c.tenant_id = $1
),
-- The last entry that replaces and those after it are what was counted.
entered as (
    select e.line_id,
           sum(e.quantity) filter (
               where (e.counted_at, e.id) >= coalesce(r.last, (e.counted_at, e.id))) as quantity
    from stock_count_entry e
    left join lateral (
        select (x.counted_at, x.id) as last
        from stock_count_entry x
        where x.tenant_id = e.tenant_id and x.line_id = e.line_id and x.replaces
        order by x.counted_at desc, x.id desc
        limit 1
    ) r on true
    where e.tenant_id = $1
    group by e.line_id
),
quarantine as (
    select m.document_id, sum(m.quantity) as quantity, sum(m.value) as value
    from stock_movement m
    where m.tenant_id = $1 and m.kind = 'QUARANTINE' and m.document_kind = 'Lot'
    group by m.document_id
)
select 'write_off_line.quantity' as figure, record, expected, found
from written_off
where expected <> found
union all
select 'stock_count_line.posted', record, expected, found
from counted
where expected <> found
union all
select 'document.amount', record, expected, found
from amount
where expected <> found
union all
select 'stock_count_line.counted', 'line ' || l.id, coalesce(e.quantity, -1),
       coalesce(l.counted, -1)
from stock_count_line l
left join entered e on e.line_id = l.id
where l.tenant_id = $1 and e.quantity is distinct from l.counted
union all
select 'stock_balance.blocked', 'warehouse ' || b.warehouse_id || ', lot ' || b.lot_id,
       l.blocked::integer::numeric, b.blocked::integer::numeric
from stock_balance b
join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
where b.tenant_id = $1 and b.blocked <> l.blocked
union all
select 'quarantine.quantity', 'lot ' || document_id, 0, quantity
from quarantine
where quantity <> 0
union all
select 'quarantine.value', 'lot ' || document_id, 0, value
from quarantine
where value <> 0
order by figure, record
