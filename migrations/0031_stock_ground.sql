-- What all further stock documents stand on: lots that no receipt brought, and their movements.

-- A lot comes into being by a receipt, by assembly, as a surplus of a count, or beside another lot
-- when a part of that is held back (quarantine): `source_lot_id` is the lot its goods were of.
alter table lot
    alter column receipt_id drop not null,
    alter column receipt_line_id drop not null,
    add column origin text not null default 'GOODS_RECEIPT',
    -- The document that made it where that is no receipt, and the document's line.
    add column origin_id uuid,
    add column origin_line_id uuid,
    add column source_lot_id uuid,
    add constraint lot_source_fkey foreign key (tenant_id, source_lot_id) references lot,
    add constraint lot_origin
        check (origin in ('GOODS_RECEIPT', 'ASSEMBLY', 'STOCK_COUNT', 'QUARANTINE')),
    add constraint lot_receipt
        check ((origin = 'GOODS_RECEIPT') = (receipt_id is not null)
               and (receipt_id is null) = (receipt_line_id is null)
               and (receipt_id is null) = (origin_id is not null)),
    add constraint lot_split check ((origin = 'QUARANTINE') = (source_lot_id is not null));
create index lot_source on lot (tenant_id, source_lot_id) where source_lot_id is not null;
create index lot_origin_document on lot (tenant_id, origin_id) where origin_id is not null;

-- A revaluation moves value and no goods (landed costs); so does what undoes it.
alter table stock_movement
    drop constraint stock_movement_kind,
    drop constraint stock_movement_quantity,
    add constraint stock_movement_kind
        check (kind in ('RECEIPT', 'SHIPMENT', 'REVERSAL', 'TRANSFER', 'WRITE_OFF', 'COUNT',
                        'ASSEMBLY', 'SALES_RETURN', 'SUPPLIER_RETURN', 'QUARANTINE',
                        'REVALUATION')),
    add constraint stock_movement_quantity
        check (quantity <> 0 or (kind in ('REVALUATION', 'REVERSAL') and value <> 0));
