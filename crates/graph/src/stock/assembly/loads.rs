//! Batched reads of bills and assembly orders.

use ::stock::assembly::{
    AssemblyPickRow, BillVersionRow, ReadAssemblies, ReadBills, assemblies_by_id,
    assembly_lines_by_id, bill_versions_of, bills_by_id, lines_of_assemblies, picks_of_assemblies,
};
use kernel::{AssemblyLineId, AssemblyOrderId, BillId};

use super::bill::BillOfMaterials;
use super::order::{AssemblyOrder, AssemblyOrderLine};
use crate::loaders::{Load, Loaded, Loaders};

/// The versions of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VersionsOf(pub(super) BillId);

/// The components of an assembly order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ComponentsOf(pub(super) AssemblyOrderId);

/// The lots chosen by hand for an assembly order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PicksOf(pub(super) AssemblyOrderId);

impl Load<BillId> for Loaders {
    type Value = BillOfMaterials;

    async fn load(&self, keys: &[BillId]) -> Loaded<BillId, BillOfMaterials> {
        let permit = self.permit::<ReadBills>()?;
        let found = bills_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<VersionsOf> for Loaders {
    type Value = Vec<BillVersionRow>;

    async fn load(&self, keys: &[VersionsOf]) -> Loaded<VersionsOf, Vec<BillVersionRow>> {
        let permit = self.permit::<ReadBills>()?;
        let ids: Vec<BillId> = keys.iter().map(|key| key.0).collect();
        let found = bill_versions_of(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (VersionsOf(id), rows)).collect())
    }
}

impl Load<AssemblyOrderId> for Loaders {
    type Value = AssemblyOrder;

    async fn load(&self, keys: &[AssemblyOrderId]) -> Loaded<AssemblyOrderId, AssemblyOrder> {
        let permit = self.permit::<ReadAssemblies>()?;
        let found = assemblies_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<AssemblyLineId> for Loaders {
    type Value = AssemblyOrderLine;

    async fn load(&self, keys: &[AssemblyLineId]) -> Loaded<AssemblyLineId, AssemblyOrderLine> {
        let permit = self.permit::<ReadAssemblies>()?;
        let found = assembly_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ComponentsOf> for Loaders {
    type Value = Vec<AssemblyOrderLine>;

    async fn load(&self, keys: &[ComponentsOf]) -> Loaded<ComponentsOf, Vec<AssemblyOrderLine>> {
        let permit = self.permit::<ReadAssemblies>()?;
        let ids: Vec<AssemblyOrderId> = keys.iter().map(|key| key.0).collect();
        let found = lines_of_assemblies(&*self.tx().await?, &permit, &ids).await?;
        let lines = |rows: Vec<_>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (ComponentsOf(id), lines(rows))).collect())
    }
}

impl Load<PicksOf> for Loaders {
    type Value = Vec<AssemblyPickRow>;

    async fn load(&self, keys: &[PicksOf]) -> Loaded<PicksOf, Vec<AssemblyPickRow>> {
        let permit = self.permit::<ReadAssemblies>()?;
        let ids: Vec<AssemblyOrderId> = keys.iter().map(|key| key.0).collect();
        let found = picks_of_assemblies(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (PicksOf(id), rows)).collect())
    }
}
