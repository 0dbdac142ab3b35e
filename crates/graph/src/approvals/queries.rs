//! Queries of approvals.

use ::approvals::{ApprovalFilter, ReadApprovalRules, ReadApprovals, ReadDeputies};
use async_graphql::{Context, Object};
use kernel::{ApprovalRequestId, Direction};

use super::inputs::ApprovalFilterInput;
use super::{ApprovalDeputy, ApprovalRequest, ApprovalRule, SeeRules};
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{self, Connection, OrderDirection};
use crate::session::Session;

/// Queries of requests.
#[derive(Default)]
pub struct RequestQuery;

type Around = (Option<i32>, Option<String>, Option<i32>, Option<String>);

async fn listed(
    session: &Session,
    filter: ApprovalFilter,
    direction: Direction,
    (first, after, last, before): Around,
) -> Result<Connection<ApprovalRequest>, Failure> {
    let permit = session.permit::<ReadApprovals>()?;
    let order = ::approvals::approval_order(direction);
    let page = paging::request(first, after.as_deref(), last, before.as_deref(), order)?;
    let tx = session.tx().await?;
    let rows = ::approvals::approval_requests(&tx, &permit, &filter, direction, &page).await?;
    let count = move |session: Session| {
        let (permit, filter) = (permit.clone(), filter.clone());
        async move {
            let tx = session.tx().await?;
            Ok(::approvals::count_approval_requests(&tx, &permit, &filter).await?)
        }
    };
    Ok(Connection::of(rows, ApprovalRequest::from).counted(count))
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl RequestQuery {
    /// A request for approval; null with NOT_FOUND where there is none for the caller.
    async fn approval_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request's global id.")] id: GlobalId<ApprovalRequestId>,
    ) -> async_graphql::Result<Option<ApprovalRequest>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Requests for approval within the caller's reach, the newest first where no direction is asked
    /// for. Who approved shipping with overdue debt: those of that kind, with their decisions.
    async fn approval_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<ApprovalFilterInput>,
        #[graphql(
            desc = "By the time they were asked: the oldest or the newest first.",
            default_with = "OrderDirection::Desc"
        )]
        direction: OrderDirection,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ApprovalRequest>> {
        let filter = filter.unwrap_or_default().into();
        let around = (first, after, last, before);
        Ok(listed(Session::of(ctx)?, filter, direction.into(), around).await?)
    }

    /// What waits for the caller's word, in his own place or as somebody's deputy, the oldest first.
    /// Empty for programs: decisions are people's.
    async fn approval_inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ApprovalRequest>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadApprovals>()?;
        let inbox = ::approvals::inbox_of(&*session.tx().await?, &permit).await?;
        let inbox = Some(inbox.unwrap_or_default());
        let filter = ApprovalFilter { inbox, ..ApprovalFilter::default() };
        Ok(listed(session, filter, Direction::Asc, (first, after, last, before)).await?)
    }
}

/// Queries of rules.
#[derive(Default)]
pub struct RuleQuery;

#[Object]
impl RuleQuery {
    /// The tenant's rules of approvals, by name. Needs the right `approval_rule.read`.
    async fn approval_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With those that were put away.", default)] archived: bool,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ApprovalRule>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadApprovalRules>()?;
        let order = ::approvals::RULE_ORDER;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), order)?;
        let tx = session.tx().await?;
        let rows = ::approvals::approval_rules(&tx, &permit, archived, &page).await?;
        let count = move |session: Session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(::approvals::count_approval_rules(&tx, &permit, archived).await?)
            }
        };
        Ok(Connection::of(rows, ApprovalRule::from).counted(count))
    }
}

/// Queries of deputies.
#[derive(Default)]
pub struct DeputyQuery;

#[Object]
impl DeputyQuery {
    /// Who decides in whose place, the latest first: the caller's own deputies and those whose
    /// deputy he is; all of them with the right `approval_rule.read`.
    async fn approval_deputies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ApprovalDeputy>> {
        let session = Session::of(ctx)?;
        let order = ::approvals::DEPUTY_ORDER;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), order)?;
        if session.permit::<SeeRules>().is_ok() {
            let permit = session.permit::<ReadApprovalRules>()?;
            let tx = session.tx().await?;
            let rows = ::approvals::deputies(&tx, &permit, true, &page).await?;
            let count = move |session: Session| {
                let permit = permit.clone();
                async move {
                    let tx = session.tx().await?;
                    Ok(::approvals::count_deputies(&tx, &permit, true).await?)
                }
            };
            return Ok(Connection::of(rows, ApprovalDeputy::from).counted(count));
        }
        let permit = session.permit::<ReadDeputies>()?;
        let tx = session.tx().await?;
        let rows = ::approvals::deputies(&tx, &permit, false, &page).await?;
        let count = move |session: Session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(::approvals::count_deputies(&tx, &permit, false).await?)
            }
        };
        Ok(Connection::of(rows, ApprovalDeputy::from).counted(count))
    }
}
