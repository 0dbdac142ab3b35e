//! The lines of documents that name goods and perhaps a lot: tables of one shape.

use access::Permit;
use catalog::Goods;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{Decimal, LotId, PackagingId, ProductId, ProductVariantId, Uuid};
use serde::Serialize;

use crate::rules::TakeLine;

/// Whose lines.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    Transfer,
    WriteOff,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Transfer => "stock_transfer_line",
            Self::WriteOff => "write_off_line",
        }
    }
}

/// A line.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GoodsLine {
    pub(crate) id: Uuid,
    pub(crate) position: i32,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
    pub(crate) packaging_id: Option<PackagingId>,
    pub(crate) entered_quantity: Option<Decimal>,
    pub(crate) entered_unit: Option<String>,
    pub(crate) lot_id: Option<LotId>,
}

impl GoodsLine {
    /// What it names.
    pub(crate) fn goods(&self) -> Goods {
        Goods { product: self.product_id, variant: self.variant_id }
    }
}

/// What a line asks for.
impl From<&GoodsLine> for TakeLine {
    fn from(line: &GoodsLine) -> Self {
        Self {
            product_id: line.product_id,
            variant_id: line.variant_id,
            quantity: line.quantity,
            lot_id: line.lot_id,
        }
    }
}

/// A document's lines in their order.
pub(crate) async fn read_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: Table,
    document: Uuid,
) -> Result<Vec<GoodsLine>, Fault> {
    let sql = format!(
        "select l.id, l.position, l.product_id, l.variant_id, l.quantity, l.packaging_id,
                l.entered_quantity, l.entered_unit, l.lot_id
         from {} l
         where l.tenant_id = $1 and l.document_id = $2
         order by l.position",
        table.name()
    );
    tx.all(Sql::new(sql, values![permit.tenant(), document])).await
}

/// Removes a draft's lines, to be written anew.
pub(crate) async fn delete_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: Table,
    document: Uuid,
) -> Result<(), Fault> {
    let sql = format!("delete from {} where tenant_id = $1 and document_id = $2", table.name());
    tx.run(Sql::new(sql, values![permit.tenant(), document])).await?;
    Ok(())
}

/// Writes lines. They go as JSON, since arrays here hold no nulls.
pub(crate) async fn insert_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: Table,
    document: Uuid,
    lines: &[GoodsLine],
) -> Result<(), Fault> {
    if lines.is_empty() {
        return Ok(());
    }
    let sql = format!(
        r#"insert into {}
               (tenant_id, id, document_id, position, product_id, variant_id, quantity,
                packaging_id, entered_quantity, entered_unit, lot_id)
           select $1, l.id, $2, l.position, l."productId", l."variantId", l.quantity,
                  l."packagingId", l."enteredQuantity", l."enteredUnit", l."lotId"
           from jsonb_to_recordset($3) as l
               (id uuid, position integer, "productId" uuid, "variantId" uuid, quantity numeric,
                "packagingId" uuid, "enteredQuantity" numeric, "enteredUnit" text,
                "lotId" uuid)"#,
        table.name()
    );
    let json = serde_json::to_value(lines)
        .map_err(|error| Fault::broken(format!("lines without JSON: {error}")))?;
    tx.run(Sql::new(sql, values![permit.tenant(), document, json])).await?;
    Ok(())
}
