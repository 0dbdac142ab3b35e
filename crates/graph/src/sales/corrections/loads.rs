//! Batched reads of price corrections.

use ::sales::ReadCorrections;
use kernel::{PriceCorrectionId, PriceCorrectionLineId, ShipmentId};
use sales::ReadReturns;

use super::correction::{PriceCorrection, PriceCorrectionLine};
use crate::loaders::{Load, Loaded, Loaders};
use crate::sales::CreditNote;

/// The lines of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CorrectionLinesOf(pub(super) PriceCorrectionId);

/// The credit note of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NoteOfCorrection(pub(super) PriceCorrectionId);

/// The corrections of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CorrectionsOf(pub(crate) ShipmentId);

impl Load<PriceCorrectionId> for Loaders {
    type Value = PriceCorrection;

    async fn load(&self, keys: &[PriceCorrectionId]) -> Loaded<PriceCorrectionId, PriceCorrection> {
        let permit = self.permit::<ReadCorrections>()?;
        let found = ::sales::corrections_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<PriceCorrectionLineId> for Loaders {
    type Value = PriceCorrectionLine;

    async fn load(
        &self,
        keys: &[PriceCorrectionLineId],
    ) -> Loaded<PriceCorrectionLineId, Self::Value> {
        let permit = self.permit::<ReadCorrections>()?;
        let found = ::sales::correction_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        let shaped = |(id, (row, currency))| (id, PriceCorrectionLine::new(row, currency));
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<CorrectionLinesOf> for Loaders {
    type Value = Vec<PriceCorrectionLine>;

    async fn load(&self, keys: &[CorrectionLinesOf]) -> Loaded<CorrectionLinesOf, Self::Value> {
        let permit = self.permit::<ReadCorrections>()?;
        let ids: Vec<PriceCorrectionId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::sales::correction_lines_by_correction(&tx, &permit, &ids).await?;
        let shaped = |(id, rows): (PriceCorrectionId, Vec<(::sales::PriceCorrectionLine, _)>)| {
            let lines =
                rows.into_iter().map(|(row, currency)| PriceCorrectionLine::new(row, currency));
            (CorrectionLinesOf(id), lines.collect())
        };
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<NoteOfCorrection> for Loaders {
    type Value = CreditNote;

    async fn load(&self, keys: &[NoteOfCorrection]) -> Loaded<NoteOfCorrection, CreditNote> {
        let permit = self.permit::<ReadCorrections>()?;
        // The note's own right counts as well: it is read by itself too.
        self.permit::<ReadReturns>()?;
        let ids: Vec<PriceCorrectionId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::credit_notes_by_correction(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (NoteOfCorrection(id), row.into())).collect())
    }
}

impl Load<CorrectionsOf> for Loaders {
    type Value = Vec<PriceCorrection>;

    async fn load(&self, keys: &[CorrectionsOf]) -> Loaded<CorrectionsOf, Self::Value> {
        let permit = self.permit::<ReadCorrections>()?;
        let ids: Vec<ShipmentId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::corrections_by_shipment(&*self.tx().await?, &permit, &ids).await?;
        let shaped =
            |rows: Vec<::sales::PriceCorrection>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (CorrectionsOf(id), shaped(rows))).collect())
    }
}
