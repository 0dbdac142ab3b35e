//! Batched reads of transfers.

use ::stock::ReadTransfers;
use kernel::{TransferId, TransferLineId};

use super::transfer::{StockTransfer, StockTransferLine};
use crate::loaders::{Load, Loaded, Loaders};

/// The lines of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) TransferId);

impl Load<TransferId> for Loaders {
    type Value = StockTransfer;

    async fn load(&self, keys: &[TransferId]) -> Loaded<TransferId, StockTransfer> {
        let permit = self.permit::<ReadTransfers>()?;
        let found = ::stock::transfers_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<TransferLineId> for Loaders {
    type Value = StockTransferLine;

    async fn load(&self, keys: &[TransferLineId]) -> Loaded<TransferLineId, StockTransferLine> {
        let permit = self.permit::<ReadTransfers>()?;
        let found = ::stock::transfer_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<LinesOf> for Loaders {
    type Value = Vec<StockTransferLine>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Vec<StockTransferLine>> {
        let permit = self.permit::<ReadTransfers>()?;
        let ids: Vec<TransferId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lines_of_transfers(&*self.tx().await?, &permit, &ids).await?;
        let lines = |rows: Vec<_>| rows.into_iter().map(StockTransferLine::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (LinesOf(id), lines(rows))).collect())
    }
}
