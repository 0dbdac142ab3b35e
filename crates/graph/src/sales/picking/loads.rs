//! Batched reads of pick tasks.

use std::collections::HashMap;

use ::catalog::{PackagingCard, ReadProducts, packagings_in_use};
use ::sales::ReadPickTasks;
use kernel::{OrderId, PickLineId, PickTaskId, ProductId};

use super::line::PickTaskLine;
use super::task::PickTask;
use crate::loaders::{Load, Loaded, Loaders};

/// The lines of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sales) struct PickLinesOf(pub(in crate::sales) PickTaskId);

/// The orders of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PickOrdersOf(pub(super) PickTaskId);

/// The tasks that pick for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TasksOf(pub(crate) OrderId);

/// What a product is packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PackedIn(pub(super) ProductId);

impl Load<PickTaskId> for Loaders {
    type Value = PickTask;

    async fn load(&self, keys: &[PickTaskId]) -> Loaded<PickTaskId, PickTask> {
        let permit = self.permit::<ReadPickTasks>()?;
        let found = ::sales::pick_tasks_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<PickLineId> for Loaders {
    type Value = PickTaskLine;

    async fn load(&self, keys: &[PickLineId]) -> Loaded<PickLineId, PickTaskLine> {
        let permit = self.permit::<ReadPickTasks>()?;
        let found = ::sales::pick_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<PickLinesOf> for Loaders {
    type Value = Vec<PickTaskLine>;

    async fn load(&self, keys: &[PickLinesOf]) -> Loaded<PickLinesOf, Vec<PickTaskLine>> {
        let permit = self.permit::<ReadPickTasks>()?;
        let ids: Vec<PickTaskId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::pick_lines_by_task(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<::sales::PickLine>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (PickLinesOf(id), shaped(rows))).collect())
    }
}

impl Load<PickOrdersOf> for Loaders {
    type Value = Vec<::sales::PickTaskOrder>;

    async fn load(&self, keys: &[PickOrdersOf]) -> Loaded<PickOrdersOf, Self::Value> {
        let permit = self.permit::<ReadPickTasks>()?;
        let ids: Vec<PickTaskId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::pick_orders_by_task(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (PickOrdersOf(id), rows)).collect())
    }
}

impl Load<TasksOf> for Loaders {
    type Value = Vec<PickTask>;

    async fn load(&self, keys: &[TasksOf]) -> Loaded<TasksOf, Vec<PickTask>> {
        let permit = self.permit::<ReadPickTasks>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::pick_tasks_by_order(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<::sales::PickTask>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (TasksOf(id), shaped(rows))).collect())
    }
}

impl Load<PackedIn> for Loaders {
    type Value = Vec<PackagingCard>;

    async fn load(&self, keys: &[PackedIn]) -> Loaded<PackedIn, Vec<PackagingCard>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let cards = packagings_in_use(&*self.tx().await?, &permit, &ids).await?;
        let mut found: HashMap<PackedIn, Vec<PackagingCard>> = HashMap::new();
        for card in cards {
            found.entry(PackedIn(card.product_id)).or_default().push(card);
        }
        Ok(found)
    }
}
