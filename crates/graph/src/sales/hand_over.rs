//! A manager leaves, and his customers with their documents go to others.

use ::catalog::HandedFrom;
use ::identity::{Leaving, Successors};
use ::sales::{
    HandOver as HandOverCommand, HandOverFilter, HandOverRow, HeirRow, ReadHandOvers,
    hand_over_preview, hand_overs_by_id, heirs_by_hand_over, run_hand_over,
};
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use kernel::{CustomerId, HandOverId, Refusal, RefusalCode, TeamId, UserId};

use crate::catalog::{payloads, tried};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::DateTime;
use crate::session::Session;
use crate::user_error::UserError;

/// Steps that the request itself takes, of 500 records each: few are moved before it answers, many
/// in the background.
const STEPS_AT_ONCE: usize = 10;

/// What becomes of the way in of somebody whose records are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::identity::Leaving")]
pub enum HandOverSignIn {
    /// Nothing: he stays.
    Kept,
    /// His sessions and the API keys that he made end at once.
    Ended,
    /// As ENDED, and he cannot sign in any more.
    Shut,
}

/// Where a hand-over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::sales::HandOverState")]
pub enum HandOverState {
    /// Records are being moved; it goes on by itself.
    Running,
    /// All of them are.
    Done,
}

/// Somebody's records going to others.
#[derive(Clone)]
pub struct HandOver(HandOverRow);

/// How many records of a kind.
#[derive(Clone, SimpleObject)]
pub struct HandOverCount {
    /// The kind, named as the type: `Customer`, `SalesOrder`, `Shipment`.
    kind: String,
    /// How many.
    count: i64,
}

/// Somebody who takes over.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct HandOverHeir {
    /// Customers in use that he had before.
    load: i64,
    /// Customers he was given, or would be.
    customers: i64,
    /// Documents he was given; null in a preview.
    documents: Option<i64>,
    #[graphql(skip)]
    heir: UserId,
}

#[ComplexObject]
impl HandOverHeir {
    /// Who takes over.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        super::user(ctx, Some(self.heir)).await
    }
}

impl From<HeirRow> for HandOverHeir {
    fn from(row: HeirRow) -> Self {
        let HeirRow { heir_id: heir, load, customers, documents, .. } = row;
        Self { load, customers, documents: Some(documents), heir }
    }
}

/// Somebody's records going to others. Registers and reports keep who sold what; what changes is
/// who is responsible from now on.
#[Object]
impl HandOver {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Who let go.
    async fn leaver(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        super::user(ctx, Some(self.0.leaver)).await
    }

    /// Whether everything of his was handed over, and not only some customers.
    async fn whole(&self) -> bool {
        self.0.customers.is_none()
    }

    /// What became of his way in.
    async fn sign_in(&self) -> HandOverSignIn {
        self.0.leaving.into()
    }

    /// Why.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Where it stands.
    async fn state(&self) -> HandOverState {
        self.0.state.into()
    }

    /// Records moved so far, by kind.
    async fn moved(&self) -> Vec<HandOverCount> {
        let counts = self.0.moved.iter();
        counts.map(|(kind, count)| HandOverCount { kind: kind.clone(), count: *count }).collect()
    }

    /// Who takes over.
    async fn heirs(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<HandOverHeir>> {
        Ok(Session::of(ctx)?.load(HeirsOf(self.0.id)).await?.unwrap_or_default())
    }

    /// Grows with each step.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who began it; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        super::user(ctx, self.0.created_by).await
    }

    /// When all was moved; null until then.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(Into::into)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

impl Load<HandOverId> for Loaders {
    type Value = HandOver;

    async fn load(&self, keys: &[HandOverId]) -> Loaded<HandOverId, HandOver> {
        let permit = self.permit::<ReadHandOvers>()?;
        let found = hand_overs_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, HandOver(row))).collect())
    }
}

/// Who takes over, as a key to load by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeirsOf(HandOverId);

impl Load<HeirsOf> for Loaders {
    type Value = Vec<HandOverHeir>;

    async fn load(&self, keys: &[HeirsOf]) -> Loaded<HeirsOf, Vec<HandOverHeir>> {
        let permit = self.permit::<ReadHandOvers>()?;
        let ids: Vec<HandOverId> = keys.iter().map(|key| key.0).collect();
        let found = heirs_by_hand_over(&*self.tx().await?, &permit, &ids).await?;
        let heirs = |rows: Vec<HeirRow>| rows.into_iter().map(HandOverHeir::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (HeirsOf(id), heirs(rows))).collect())
    }
}

/// What handing over would come to, as things stand.
#[derive(SimpleObject)]
pub struct HandOverPreview {
    /// Records of each kind, customers first.
    counts: Vec<HandOverCount>,
    /// Who would take over how many customers.
    heirs: Vec<HandOverHeir>,
}

/// Whose records go to whom.
#[derive(InputObject)]
pub struct HandOverParties {
    /// Whose customers and documents.
    leaver_id: GlobalId<UserId>,
    /// Who takes over: one has everything; several are given customers one by one, whoever has
    /// fewest next. Documents go with their customer. Either this or `teamId`.
    heir_ids: Option<Vec<GlobalId<UserId>>>,
    /// As `heirIds`: everybody of the team, its head among them, who may sign in and sees customers.
    team_id: Option<GlobalId<TeamId>>,
    /// Only these customers of his, with their documents; at most 1,000. Everything of his where
    /// none is given, documents of others' customers too.
    customer_ids: Option<Vec<GlobalId<CustomerId>>>,
}

impl HandOverParties {
    fn parts(self) -> Result<(HandedFrom, Successors), Refusal> {
        let customers = self.customer_ids.map(|ids| ids.into_iter().map(|id| id.0).collect());
        let from = HandedFrom { leaver: self.leaver_id.0, customers };
        match (self.heir_ids, self.team_id) {
            (Some(people), None) => {
                Ok((from, Successors::People(people.into_iter().map(|id| id.0).collect())))
            }
            (None, Some(team)) => Ok((from, Successors::Team(team.0))),
            _ => Err(Refusal::new(
                RefusalCode::Invalid,
                "Give either heirIds or teamId.",
                "Укажите либо heirIds, либо teamId.",
            )
            .at(["heirIds"])),
        }
    }
}

/// Whose records go to whom, and what becomes of his way in.
#[derive(InputObject)]
pub struct HandOverInput {
    /// Whose records go to whom.
    parties: HandOverParties,
    /// What becomes of his way in. ENDED and SHUT need that he has no right which the caller lacks,
    /// but for those who manage roles.
    #[graphql(default_with = "HandOverSignIn::Ended")]
    sign_in: HandOverSignIn,
    /// Why, for people; at most 2,000 characters.
    reason: Option<String>,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of handing over.
    HandOverPayload {
        /// The hand-over: DONE where little was to be moved, or RUNNING in the background.
        hand_over: HandOver
    }
}

/// Mutations of handing over.
#[derive(Default)]
pub struct HandOverMutation;

#[Object]
impl HandOverMutation {
    /// Gives a person's customers with their documents to one heir, or spreads them over several by
    /// load. Orders, shipments, deliveries, returns, payments and debts go with their customer,
    /// whatever their state, so that who takes over sees the whole history; registers and reports
    /// keep who sold what. His sessions and keys end at once. The records are moved in portions,
    /// which go on in the background. To do it again does no harm: it moves what is left.
    async fn hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose records go to whom.")] input: HandOverInput,
    ) -> async_graphql::Result<HandOverPayload> {
        let leaving = Leaving::from(input.sign_in);
        let command = input.parties.parts().map(|(from, to)| HandOverCommand {
            from,
            to,
            leaving,
            reason: input.reason,
        });
        let done = tried(ctx, command, input.idempotency_key).await?;
        let session = Session::of(ctx)?;
        if let Some(id) = done.output {
            let scope = session.scope()?;
            // What moves from here on is to be seen in the payload.
            session.reader()?.renew().await;
            // What is decided stands: the workers go on with what fails here.
            if let Err(error) = run_hand_over(session.db(), scope, id, STEPS_AT_ONCE).await {
                tracing::warn!(tenant = %scope.tenant(), %error, "a hand-over goes on later");
            }
        }
        let hand_over = session.load_made(done.output).await?;
        Ok(HandOverPayload { hand_over, user_errors: done.user_errors })
    }
}

/// Which hand-overs; all conditions hold at once.
#[derive(Clone, Default, InputObject)]
pub struct HandOverFilterInput {
    /// Of this person.
    leaver_id: Option<GlobalId<UserId>>,
    /// In this state.
    state: Option<HandOverState>,
}

/// Queries of handing over.
#[derive(Default)]
pub struct HandOverQuery;

#[Object]
impl HandOverQuery {
    /// A hand-over; null with NOT_FOUND where there is none for the caller.
    async fn hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The hand-over's global id.")] id: GlobalId<HandOverId>,
    ) -> async_graphql::Result<Option<HandOver>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Hand-overs, newest first.
    async fn hand_overs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<HandOverFilterInput>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<HandOver>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadHandOvers>()?;
        let filter = filter.unwrap_or_default();
        let filter = HandOverFilter {
            leaver: filter.leaver_id.map(|id| id.0),
            state: filter.state.map(Into::into),
        };
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NEWEST")?;
        let tx = session.tx().await?;
        let rows = ::sales::hand_overs(&tx, &permit, filter, &page).await?;
        Ok(Connection::of(rows, HandOver).counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(::sales::count_hand_overs(&tx, &permit, filter, COUNT_CAP + 1).await?)
            }
        }))
    }

    /// What handing over would come to, as things stand. Nothing is written.
    async fn hand_over_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose records would go to whom.")] input: HandOverParties,
    ) -> async_graphql::Result<HandOverPreview> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadHandOvers>()?;
        let parts = input.parts().map_err(|refusal| bad_input(&refusal))?;
        let tx = session.tx().await?;
        let preview = hand_over_preview(&tx, &permit, &parts.0, &parts.1).await?;
        let count = |(kind, count): (&str, i64)| HandOverCount { kind: kind.to_owned(), count };
        Ok(HandOverPreview {
            counts: preview.counts.into_iter().map(count).collect(),
            heirs: preview
                .heirs
                .into_iter()
                .map(|one| HandOverHeir {
                    load: one.load,
                    customers: one.customers,
                    documents: None,
                    heir: one.heir,
                })
                .collect(),
        })
    }
}

fn bad_input(refusal: &Refusal) -> Failure {
    Failure::bad_input(refusal.text.en.clone(), refusal.text.ru.clone())
}
