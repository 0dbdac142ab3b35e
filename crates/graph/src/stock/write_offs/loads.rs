//! Batched reads of write-offs.

use ::stock::ReadWriteOffs;
use kernel::{WriteOffId, WriteOffLineId};

use super::write_off::{WriteOff, WriteOffLine};
use crate::loaders::{Load, Loaded, Loaders};

/// The lines of a write-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) WriteOffId);

impl Load<WriteOffId> for Loaders {
    type Value = WriteOff;

    async fn load(&self, keys: &[WriteOffId]) -> Loaded<WriteOffId, WriteOff> {
        let permit = self.permit::<ReadWriteOffs>()?;
        let found = ::stock::write_offs_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<WriteOffLineId> for Loaders {
    type Value = WriteOffLine;

    async fn load(&self, keys: &[WriteOffLineId]) -> Loaded<WriteOffLineId, WriteOffLine> {
        let permit = self.permit::<ReadWriteOffs>()?;
        let found = ::stock::write_off_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<LinesOf> for Loaders {
    type Value = Vec<WriteOffLine>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Vec<WriteOffLine>> {
        let permit = self.permit::<ReadWriteOffs>()?;
        let ids: Vec<WriteOffId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lines_of_write_offs(&*self.tx().await?, &permit, &ids).await?;
        let lines = |rows: Vec<_>| rows.into_iter().map(WriteOffLine::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (LinesOf(id), lines(rows))).collect())
    }
}
