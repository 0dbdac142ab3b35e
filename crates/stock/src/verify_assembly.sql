-- Which assembly orders are worth less or more than what went into them? What comes out less what
-- goes in is the work; a reversed order moved everything back; what lines say is what they moved.
with moved as (
    select m.document_id, m.line_id, sum(m.value) as value, sum(m.quantity) as quantity
    from stock_movement m
    where m.tenant_id = $1 and m.document_kind = 'AssemblyOrder'
    group by m.document_id, m.line_id
),
whole as (
    select document_id, sum(value) as value
    from moved
    group by document_id
),
wanted as (
    select a.id, a.id as line_id, a.state,
           case a.kind when 'ASSEMBLY' then a.quantity else -a.quantity end as quantity
    from assembly_order a
    where a.tenant_id = $1
    union all
    select a.id, l.id, a.state,
           case a.kind when 'ASSEMBLY' then -l.quantity else l.quantity end
    from assembly_order a
    join assembly_line l on l.tenant_id = a.tenant_id and l.assembly_id = a.id
    where a.tenant_id = $1
)
select 'assembly_order.labour' as figure, 'assembly order ' || a.id as record,
       case when a.state = 'POSTED' then a.labour else 0 end as expected,
       coalesce(w.value, 0) as found
from assembly_order a
left join whole w on w.document_id = a.id
where a.tenant_id = $1
  and coalesce(w.value, 0) <> case when a.state = 'POSTED' then a.labour else 0 end
union all
select 'assembly_order.quantity', 'assembly order ' || w.id || ', line ' || w.line_id,
       case when w.state = 'POSTED' then w.quantity else 0 end, coalesce(m.quantity, 0)
from wanted w
left join moved m on m.document_id = w.id and m.line_id = w.line_id
where coalesce(m.quantity, 0) <> case when w.state = 'POSTED' then w.quantity else 0 end
union all
select 'assembly_line.cost', 'assembly line ' || l.id, l.cost, abs(coalesce(m.value, 0))
from assembly_line l
join assembly_order a on a.tenant_id = l.tenant_id and a.id = l.assembly_id
left join moved m on m.document_id = l.assembly_id and m.line_id = l.id
where l.tenant_id = $1
  and a.state = 'POSTED'
  and l.cost <> abs(coalesce(m.value, 0))
order by figure, record
