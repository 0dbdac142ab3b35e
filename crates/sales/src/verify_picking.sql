-- What is marked as being picked equals what open pick tasks and drafts made of them hold, and a
-- posted shipment that was picked took the picked lots. Reads the tenant's tasks whole: a check that
-- an operator runs, not a request.
with wanted as (
    select l.order_line_id, t.warehouse_id, l.lot_id, l.quantity - l.short as quantity
    from pick_line l
    join pick_task t on t.tenant_id = l.tenant_id and t.id = l.task_id
    where l.tenant_id = $1
      and t.state in ('NEW', 'IN_PROGRESS')
      and l.quantity > l.short
    union all
    select s.order_line_id, h.warehouse_id, p.lot_id, p.quantity
    from shipment_pick p
    join shipment_line s on s.tenant_id = p.tenant_id and s.id = p.shipment_line_id
    join shipment h on h.tenant_id = s.tenant_id and h.id = s.shipment_id
    where p.tenant_id = $1
      and h.state = 'DRAFT'
),
wanted_sum as (
    select order_line_id, warehouse_id, lot_id, sum(quantity) as quantity
    from wanted
    group by order_line_id, warehouse_id, lot_id
),
marked as (
    select order_line_id, warehouse_id, lot_id, in_picking
    from picking_v
    where tenant_id = $1
),
-- A finished task's draft has what was picked for it.
picked as (
    select r.shipment_id, l.lot_id, l.order_line_id, sum(l.picked) as quantity
    from pick_line l
    join pick_task_order r
      on r.tenant_id = l.tenant_id and r.task_id = l.task_id and r.order_id = l.order_id
    where l.tenant_id = $1
      and r.shipment_id is not null
    group by r.shipment_id, l.lot_id, l.order_line_id
    having sum(l.picked) > 0
),
drafted as (
    select s.shipment_id, p.lot_id, s.order_line_id, p.quantity
    from shipment_pick p
    join shipment_line s on s.tenant_id = p.tenant_id and s.id = p.shipment_line_id
    where p.tenant_id = $1
),
taken as (
    select p.shipment_line_id, p.lot_id, p.quantity, t.quantity as taken
    from shipment_pick p
    join shipment_line s on s.tenant_id = p.tenant_id and s.id = p.shipment_line_id
    join shipment h on h.tenant_id = s.tenant_id and h.id = s.shipment_id
    left join shipment_lot t
      on t.tenant_id = p.tenant_id
     and t.shipment_line_id = p.shipment_line_id
     and t.lot_id = p.lot_id
    where p.tenant_id = $1
      and h.state in ('POSTED', 'REVERSED')
)
select 'reservation.in_picking' as figure, 'order line ' || order_line_id || ', lot ' || lot_id as record,
       coalesce(w.quantity, 0) as expected, coalesce(m.in_picking, 0) as found
from wanted_sum w
full join marked m using (order_line_id, warehouse_id, lot_id)
where coalesce(w.quantity, 0) <> coalesce(m.in_picking, 0)
union all
select 'shipment_pick.quantity', 'shipment ' || shipment_id || ', lot ' || lot_id,
       coalesce(p.quantity, 0), coalesce(d.quantity, 0)
from picked p
full join drafted d using (shipment_id, lot_id, order_line_id)
where coalesce(p.quantity, 0) <> coalesce(d.quantity, 0)
union all
select 'shipment_lot.picked', 'shipment line ' || shipment_line_id || ', lot ' || lot_id, quantity,
       coalesce(taken, 0)
from taken
where taken is distinct from quantity
