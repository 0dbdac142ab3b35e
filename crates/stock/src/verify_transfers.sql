-- Which transfers differ from what they moved? A sent line lies in transit whole, one that has
-- arrived does not lie there any more; in transit lies what is sent and nothing else; what came is
-- what its line says. Reads the transfers whole: a check that an operator runs, not a request.
with moved as (
    select m.document_id, m.line_id,
           sum(case when t.id is not null then m.quantity else 0 end) as in_transit,
           sum(case when t.id is null and m.quantity > 0 then m.quantity else 0 end) as arrived,
           sum(case when m.kind = 'TRANSFER' then m.value else 0 end) as value
    from stock_movement m
    left join transit_v t on t.tenant_id = m.tenant_id and t.id = m.warehouse_id
    where m.tenant_id = $1 and m.document_kind = 'StockTransfer'
    group by m.document_id, m.line_id
),
line as (
    select 'transfer ' || r.id || ', line ' || l.position as record, r.state, l.quantity,
           l.received, coalesce(m.in_transit, 0) as in_transit,
           coalesce(m.arrived, 0) as arrived, coalesce(m.value, 0) as value
    from stock_transfer r
    join stock_transfer_line l on l.tenant_id = r.tenant_id and l.document_id = r.id
    left join moved m on m.document_id = r.id and m.line_id = l.id
    where r.tenant_id = $1
),
lies as (
    select b.warehouse_id, b.lot_id, b.on_hand
    from stock_balance b
    join transit_v t on t.tenant_id = b.tenant_id and t.id = b.warehouse_id
    where b.tenant_id = $1
),
sent as (
    select m.warehouse_id, m.lot_id, sum(m.quantity) as quantity
    from stock_movement m
    join transit_v t on t.tenant_id = m.tenant_id and t.id = m.warehouse_id
    join stock_transfer r on r.tenant_id = m.tenant_id and r.id = m.document_id
    where m.tenant_id = $1 and r.state = 'SENT'
    group by m.warehouse_id, m.lot_id
)
select 'stock_transfer_line.in_transit' as figure, record,
       case when state = 'SENT' then quantity else 0 end as expected, in_transit as found
from line
where in_transit <> case when state = 'SENT' then quantity else 0 end
union all
select 'stock_transfer_line.received', record, coalesce(received, -1), arrived
from line
where state = 'RECEIVED' and arrived is distinct from received
union all
select 'stock_transfer_line.returned', record, quantity, arrived
from line
where state = 'RETURNED' and arrived <> quantity
union all
select 'stock_transfer_line.value', record, 0, value
from line
where (state in ('SENT', 'RETURNED') or (state = 'RECEIVED' and received = quantity))
  and value <> 0
union all
select 'stock_balance.in_transit', 'place ' || l.warehouse_id || ', lot ' || l.lot_id,
       coalesce(s.quantity, 0), l.on_hand
from lies l
left join sent s using (warehouse_id, lot_id)
where l.on_hand <> coalesce(s.quantity, 0)
order by figure, record
