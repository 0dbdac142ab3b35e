//! The roots. Each context's folder gives its own; they are merged here.

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, Request, Response, Schema};
use futures::StreamExt;
use futures::stream::BoxStream;

use crate::errors::present;
use crate::session::Session;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    crate::node::NodeQuery,
    crate::identity::IdentityQuery,
    // One line a context: crate::catalog::CatalogQuery, …
);

// The first context with mutations makes this a merged object as above.
/// Everything that can be done.
pub type Mutation = EmptyMutation;

/// Everything that can be listened to.
pub type Subscription = EmptySubscription;

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
    pub async fn execute(&self, request: Request, session: &Session) -> Response {
        let response = self.schema.execute(request.data(session.clone())).await;
        session.finish().await;
        present(response, session.language())
    }

    /// Executes any operation as a stream of responses; a query or a mutation gives one.
    #[must_use]
    pub fn execute_stream(
        &self,
        request: Request,
        session: &Session,
    ) -> BoxStream<'static, Response> {
        let language = session.language();
        let responses = self.schema.execute_stream(request.data(session.clone()));
        responses.map(move |response| present(response, language)).boxed()
    }
}
