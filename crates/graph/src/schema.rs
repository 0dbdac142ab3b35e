//! The roots. Each context's folder gives its own; they are merged here.

use async_graphql::{MergedObject, MergedSubscription, Request, Response, Schema};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};

use crate::errors::present;
use crate::live::Resume;
use crate::session::Session;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    crate::node::NodeQuery,
    crate::search::SearchQuery,
    crate::identity::IdentityQuery,
    crate::catalog::CatalogQuery,
    crate::custom::CustomQuery,
    crate::stock::StockQuery,
    crate::stock::SupplyQuery,
    crate::stock::AnswerQuery,
    crate::stock::AssemblyQuery,
    crate::sales::SalesQuery,
    crate::approvals::ApprovalQuery,
    crate::settlements::SettlementsQuery,
    crate::analytics::AnalyticsQuery,
    crate::exchange::ExchangeQuery,
    crate::exchange::ExportQuery,
);

/// Everything that can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    crate::identity::IdentityMutation,
    crate::catalog::CatalogMutation,
    crate::custom::CustomMutation,
    crate::stock::StockMutation,
    crate::stock::SupplyMutation,
    crate::stock::BillMutation,
    crate::stock::AssemblyMutation,
    crate::sales::SalesMutation,
    crate::approvals::ApprovalMutation,
    crate::settlements::SettlementsMutation,
    crate::files::FilesMutation,
    crate::exchange::ExchangeMutation,
    crate::exchange::ExportMutation,
);

/// Everything that can be listened to.
#[derive(MergedSubscription, Default)]
pub struct Subscription(crate::live::LiveSubscription);

/// The schema, ready to execute operations.
#[derive(Clone)]
pub struct Graph {
    schema: Schema<Query, Mutation, Subscription>,
}

impl Default for Graph {
    fn default() -> Self {
        Self::new()
    }
}

impl Graph {
    /// Builds the schema.
    #[must_use]
    pub fn new() -> Self {
        let (query, mutation) = (Query::default(), Mutation::default());
        let schema = Schema::build(query, mutation, Subscription::default())
            // Limits are checked before, with the page sizes that were asked for; this one keeps
            // the validation itself from recursing too far.
            .limit_recursive_depth(64)
            .disable_suggestions()
            .finish();
        Self { schema }
    }

    /// The schema in its definition language, with the order that its code has.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Executes a query or a mutation. The session's snapshot ends with it.
    ///
    /// Boxed here: whoever awaits it would otherwise compile all resolvers once more, as parts of
    /// a future of its own.
    pub fn execute<'a>(
        &'a self,
        request: Request,
        session: &'a Session,
    ) -> BoxFuture<'a, Response> {
        let executing = self.executing(request, session);
        async move {
            let response = executing.await;
            session.finish().await;
            present(response, session.language())
        }
        .boxed()
    }

    /// Executes one of several queries that read the same snapshot, which stays open. Errors are
    /// as the resolvers gave them.
    pub(crate) fn execute_within<'a>(
        &'a self,
        request: Request,
        session: &'a Session,
    ) -> BoxFuture<'a, Response> {
        self.executing(request, session).boxed()
    }

    fn executing(
        &self,
        request: Request,
        session: &Session,
    ) -> impl Future<Output = Response> + Send + use<'_> {
        // Itself too: whoever starts an export asks whether the list can be read so.
        self.schema.execute(request.data(session.clone()).data(self.clone()))
    }

    /// Executes any operation as a stream of responses; a query or a mutation gives one. The
    /// request is made again where a subscriber's rights change while he listens.
    #[must_use]
    pub fn execute_stream(
        &self,
        request: impl Fn() -> Request + Send + 'static,
        session: &Session,
    ) -> BoxStream<'static, Response> {
        let mut listening = Listening {
            schema: self.schema.clone(),
            request: Box::new(request),
            resume: Resume::default(),
            session: session.clone(),
            responses: stream::empty().boxed(),
        };
        listening.begin();
        stream::unfold(listening, async |mut listening| {
            let response = listening.next().await?;
            Some((response, listening))
        })
        .boxed()
    }
}

/// A subscription under way.
struct Listening {
    schema: Schema<Query, Mutation, Subscription>,
    request: Box<dyn Fn() -> Request + Send>,
    resume: Resume,
    session: Session,
    responses: BoxStream<'static, Response>,
}

impl Listening {
    fn begin(&mut self) {
        let request = (self.request)().data(self.session.clone()).data(self.resume.clone());
        self.responses = self.schema.execute_stream(request);
    }

    async fn next(&mut self) -> Option<Response> {
        loop {
            if let Some(response) = self.responses.next().await {
                // No snapshot stays open between events.
                self.session.finish().await;
                return Some(present(response, self.session.language()));
            }
            if !self.resume.take_up() {
                return None;
            }
            // The token may have ended meanwhile: then this one says so and ends.
            let scope = self.session.standing().await;
            self.session = self.session.anew(scope);
            self.begin();
        }
    }
}
