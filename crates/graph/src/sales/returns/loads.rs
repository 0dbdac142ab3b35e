//! Batched reads of returns.

use ::sales::{ReadReturns, ReturnLot};
use kernel::{CreditNoteId, SalesReturnId, SalesReturnLineId, ShipmentId};

use super::note::CreditNote;
use super::sales_return::{SalesReturn, SalesReturnLine};
use crate::loaders::{Load, Loaded, Loaders};

/// The lines of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReturnLinesOf(pub(super) SalesReturnId);

/// The credit note of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NoteOf(pub(super) SalesReturnId);

/// The lots that a return's line went into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LotsOfReturnLine(pub(super) SalesReturnLineId);

/// The returns of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReturnsOf(pub(crate) ShipmentId);

impl Load<SalesReturnId> for Loaders {
    type Value = SalesReturn;

    async fn load(&self, keys: &[SalesReturnId]) -> Loaded<SalesReturnId, SalesReturn> {
        let permit = self.permit::<ReadReturns>()?;
        let found = ::sales::returns_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<SalesReturnLineId> for Loaders {
    type Value = SalesReturnLine;

    async fn load(&self, keys: &[SalesReturnLineId]) -> Loaded<SalesReturnLineId, Self::Value> {
        let permit = self.permit::<ReadReturns>()?;
        let found = ::sales::return_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        let shaped = |(id, (row, currency))| (id, SalesReturnLine::new(row, currency));
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<CreditNoteId> for Loaders {
    type Value = CreditNote;

    async fn load(&self, keys: &[CreditNoteId]) -> Loaded<CreditNoteId, CreditNote> {
        let permit = self.permit::<ReadReturns>()?;
        let found = ::sales::credit_notes_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ReturnLinesOf> for Loaders {
    type Value = Vec<SalesReturnLine>;

    async fn load(&self, keys: &[ReturnLinesOf]) -> Loaded<ReturnLinesOf, Self::Value> {
        let permit = self.permit::<ReadReturns>()?;
        let ids: Vec<SalesReturnId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::return_lines_by_return(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |(id, rows): (SalesReturnId, Vec<(::sales::SalesReturnLine, _)>)| {
            let lines = rows.into_iter().map(|(row, currency)| SalesReturnLine::new(row, currency));
            (ReturnLinesOf(id), lines.collect())
        };
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<NoteOf> for Loaders {
    type Value = CreditNote;

    async fn load(&self, keys: &[NoteOf]) -> Loaded<NoteOf, CreditNote> {
        let permit = self.permit::<ReadReturns>()?;
        let ids: Vec<SalesReturnId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::credit_notes_by_return(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (NoteOf(id), row.into())).collect())
    }
}

impl Load<LotsOfReturnLine> for Loaders {
    type Value = Vec<ReturnLot>;

    async fn load(&self, keys: &[LotsOfReturnLine]) -> Loaded<LotsOfReturnLine, Self::Value> {
        let permit = self.permit::<ReadReturns>()?;
        let ids: Vec<SalesReturnLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::return_lots_by_line(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (LotsOfReturnLine(id), rows)).collect())
    }
}

impl Load<ReturnsOf> for Loaders {
    type Value = Vec<SalesReturn>;

    async fn load(&self, keys: &[ReturnsOf]) -> Loaded<ReturnsOf, Vec<SalesReturn>> {
        let permit = self.permit::<ReadReturns>()?;
        let ids: Vec<ShipmentId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::returns_by_shipment(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<::sales::SalesReturn>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (ReturnsOf(id), shaped(rows))).collect())
    }
}
