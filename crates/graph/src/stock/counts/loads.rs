//! Batched reads of counts.

use ::stock::ReadCounts;
use kernel::{CountId, CountLineId};

use super::count::StockCount;
use super::line::{StockCountEntry, StockCountLine};
use crate::loaders::{Load, Loaded, Loaders};

/// What was entered of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EntriesOf(pub(super) CountLineId);

/// The first lines of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) CountId);

impl Load<LinesOf> for Loaders {
    type Value = Vec<StockCountLine>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Vec<StockCountLine>> {
        let permit = self.permit::<ReadCounts>()?;
        let ids: Vec<CountId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lines_of_counts(&*self.tx().await?, &permit, &ids).await?;
        let lines = |rows: Vec<_>| rows.into_iter().map(StockCountLine::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (LinesOf(id), lines(rows))).collect())
    }
}

impl Load<CountId> for Loaders {
    type Value = StockCount;

    async fn load(&self, keys: &[CountId]) -> Loaded<CountId, StockCount> {
        let permit = self.permit::<ReadCounts>()?;
        let found = ::stock::counts_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<CountLineId> for Loaders {
    type Value = StockCountLine;

    async fn load(&self, keys: &[CountLineId]) -> Loaded<CountLineId, StockCountLine> {
        let permit = self.permit::<ReadCounts>()?;
        let found = ::stock::count_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<EntriesOf> for Loaders {
    type Value = Vec<StockCountEntry>;

    async fn load(&self, keys: &[EntriesOf]) -> Loaded<EntriesOf, Vec<StockCountEntry>> {
        let permit = self.permit::<ReadCounts>()?;
        let ids: Vec<CountLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::entries_of_count_lines(&*self.tx().await?, &permit, &ids).await?;
        let entries = |rows: Vec<_>| rows.into_iter().map(StockCountEntry::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (EntriesOf(id), entries(rows))).collect())
    }
}
