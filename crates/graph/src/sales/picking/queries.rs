//! Queries of pick tasks.

use ::sales::{OrderSort, PickTaskFilter, ReadPickTasks};
use async_graphql::{Context, Object};
use kernel::PickTaskId;

use super::inputs::PickTaskFilterInput;
use super::task::PickTask;
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{self, Connection, OrderDirection};
use crate::session::Session;

/// Queries of pick tasks.
#[derive(Default)]
pub struct PickQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl PickQuery {
    /// A pick task; null with NOT_FOUND where there is none for the caller.
    async fn pick_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's global id.")] id: GlobalId<PickTaskId>,
    ) -> async_graphql::Result<Option<PickTask>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Pick tasks by date; the newest first where no direction is asked for.
    async fn pick_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<PickTaskFilterInput>,
        #[graphql(desc = "Oldest or newest first.", default_with = "OrderDirection::Desc")]
        direction: OrderDirection,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<PickTask>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadPickTasks>()?;
        let sort = OrderSort::by_date(direction.into());
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let filter = filter.unwrap_or_default();
        let mine = filter.mine;
        let mut filter = PickTaskFilter::from(filter);
        if mine {
            let Some(user) = permit.user() else {
                return Err(Failure::bad_input(
                    "a program's key picks nothing: mine is for people",
                    "ключ программы ничего не отбирает: mine — только для людей",
                )
                .into());
            };
            filter.taker = Some(user);
        }
        let tx = session.tx().await?;
        let rows = ::sales::pick_tasks(&tx, &permit, &filter, sort, &page).await?;
        let count = move |session: Session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move { Ok(::sales::count_pick_tasks(&*session.tx().await?, &permit, &filter).await?) }
        };
        Ok(Connection::of(rows, PickTask::from).counted(count))
    }
}
