//! Batched reads of acts.

use ::sales::ReadActs;
use kernel::{OrderId, ServiceActId, ServiceActLineId};

use super::act::{ServiceAct, ServiceActLine};
use crate::loaders::{Load, Loaded, Loaders};

/// The lines of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ActLinesOf(pub(super) ServiceActId);

/// The acts of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ActsOf(pub(crate) OrderId);

impl Load<ServiceActId> for Loaders {
    type Value = ServiceAct;

    async fn load(&self, keys: &[ServiceActId]) -> Loaded<ServiceActId, ServiceAct> {
        let permit = self.permit::<ReadActs>()?;
        let found = ::sales::acts_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ServiceActLineId> for Loaders {
    type Value = ServiceActLine;

    async fn load(&self, keys: &[ServiceActLineId]) -> Loaded<ServiceActLineId, Self::Value> {
        let permit = self.permit::<ReadActs>()?;
        let found = ::sales::act_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        let shaped = |(id, (row, currency))| (id, ServiceActLine::new(row, currency));
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<ActLinesOf> for Loaders {
    type Value = Vec<ServiceActLine>;

    async fn load(&self, keys: &[ActLinesOf]) -> Loaded<ActLinesOf, Self::Value> {
        let permit = self.permit::<ReadActs>()?;
        let ids: Vec<ServiceActId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::act_lines_by_act(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |(id, rows): (ServiceActId, Vec<(::sales::ServiceActLine, _)>)| {
            let lines = rows.into_iter().map(|(row, currency)| ServiceActLine::new(row, currency));
            (ActLinesOf(id), lines.collect())
        };
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<ActsOf> for Loaders {
    type Value = Vec<ServiceAct>;

    async fn load(&self, keys: &[ActsOf]) -> Loaded<ActsOf, Self::Value> {
        let permit = self.permit::<ReadActs>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::acts_by_order(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<::sales::ServiceAct>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (ActsOf(id), shaped(rows))).collect())
    }
}
