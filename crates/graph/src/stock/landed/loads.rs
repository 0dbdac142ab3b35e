//! Batched reads of landed costs.

use ::stock::ReadLandedCosts;
use kernel::{LandedCostId, LandedCostLineId};

use super::cost::LandedCost;
use super::line::{LandedCostLine, LandedCostPart};
use crate::loaders::{Load, Loaded, Loaders};

/// The lines of a landed cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) LandedCostId);

/// Where the pieces of a line were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PartsOf(pub(super) LandedCostLineId);

impl Load<LandedCostId> for Loaders {
    type Value = LandedCost;

    async fn load(&self, keys: &[LandedCostId]) -> Loaded<LandedCostId, LandedCost> {
        let permit = self.permit::<ReadLandedCosts>()?;
        let found = ::stock::landed_costs_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<LandedCostLineId> for Loaders {
    type Value = LandedCostLine;

    async fn load(&self, keys: &[LandedCostLineId]) -> Loaded<LandedCostLineId, LandedCostLine> {
        let permit = self.permit::<ReadLandedCosts>()?;
        let found = ::stock::landed_cost_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<LinesOf> for Loaders {
    type Value = Vec<LandedCostLine>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Vec<LandedCostLine>> {
        let permit = self.permit::<ReadLandedCosts>()?;
        let ids: Vec<LandedCostId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::lines_of_landed_costs(&*self.tx().await?, &permit, &ids).await?;
        let lines = |rows: Vec<_>| rows.into_iter().map(LandedCostLine::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (LinesOf(id), lines(rows))).collect())
    }
}

impl Load<PartsOf> for Loaders {
    type Value = Vec<LandedCostPart>;

    async fn load(&self, keys: &[PartsOf]) -> Loaded<PartsOf, Vec<LandedCostPart>> {
        let permit = self.permit::<ReadLandedCosts>()?;
        let ids: Vec<LandedCostLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::stock::parts_of_landed_cost_lines(&*self.tx().await?, &permit, &ids).await?;
        let parts = |rows: Vec<_>| rows.into_iter().map(LandedCostPart::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (PartsOf(id), parts(rows))).collect())
    }
}
