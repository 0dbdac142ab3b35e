//! From parameters to an answer, the same for every transport: parse, judge, pay, execute,
//! settle.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Request, Response as Answer, Value, Variables};
use futures::stream::{self, BoxStream, StreamExt};
use graph::{ErrorCode, Failure, Session};
use kernel::Language;
use serde_json::json;

use crate::Api;
use crate::answer::{out_of_time, refusal};
use crate::buckets::Payer;
use crate::documents::{Misread, Parsed};
use crate::gate::{Admitted, Holder};
use crate::limits::{Judged, asked, judge};
use crate::order::arrange;
use crate::request::Params;

/// How long a query or a mutation may take.
const OPERATION_TIME: Duration = Duration::from_secs(30);

/// Who is asking and how he wants to be answered.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) admitted: Option<Admitted>,
    pub(crate) token: Option<Arc<str>>,
    pub(crate) language: Language,
    pub(crate) address: Option<IpAddr>,
}

impl Client {
    pub(crate) fn payers(&self) -> Vec<Payer> {
        match &self.admitted {
            Some(admitted) => {
                let tenant = admitted.scope.tenant();
                vec![Payer::Actor(tenant, admitted.actor), Payer::Tenant(tenant)]
            }
            None => vec![Payer::Address(self.address)],
        }
    }
}

/// An operation that may be executed.
pub(crate) struct Operation {
    pub(crate) judged: Judged,
    parsed: Arc<Parsed>,
    name: Option<String>,
    variables: Variables,
    session: Session,
    payers: Vec<Payer>,
}

impl Api {
    /// Parses and weighs an operation, and checks who may ask for it.
    pub(crate) async fn prepare(
        &self,
        params: Params,
        client: &Client,
    ) -> Result<Operation, Box<Answer>> {
        let told = |failure: Failure| Box::new(refusal(failure.into_server_error(client.language)));
        let parsed = match self.documents.read(&params.query).await {
            Ok(parsed) => parsed,
            Err(Misread::Limit(failure)) => return Err(told(failure)),
            Err(Misread::Syntax(error)) => {
                return Err(Box::new(graph::present(refusal(error), client.language)));
            }
        };
        let variables = params.variables.unwrap_or_default();
        let name = params.operation_name.filter(|name| !name.is_empty());
        let judged = match parsed.judged(&variables) {
            Some(judged) if name.is_none() => judged.clone(),
            _ => {
                let (document, name) = (&parsed.document, name.as_deref());
                let judged = judge(&self.shape, document, name, &variables).map_err(told)?;
                parsed.keep(&variables, &judged);
                judged
            }
        };
        let closed_schema = judged.introspects && !self.config.open_introspection;
        if client.admitted.is_none() && (judged.needs_sign_in || closed_schema) {
            return Err(told(Failure::unauthenticated()));
        }
        let scope = client.admitted.as_ref().map(|admitted| admitted.scope.clone());
        let mut session = Session::new(self.services.clone(), scope, client.language)
            .from_address(client.address);
        if let Some(token) = client.token.as_ref()
            && judged.kind == OperationType::Subscription
        {
            let holder = Holder { gate: Arc::clone(&self.gate), token: Arc::clone(token) };
            session = session.standing_by(Arc::new(holder));
        }
        let payers = client.payers();
        Ok(Operation { judged, parsed, name, variables, session, payers })
    }

    /// Executes a query or a mutation.
    pub(crate) async fn answer(&self, operation: Operation) -> Answer {
        let language = operation.session.language();
        if let Err(failure) = self.pay(&operation) {
            return self.with_cost(refusal(failure.into_server_error(language)), &operation);
        }
        let (request, session) = (operation.request(), &operation.session);
        let executing = self.graph.execute(request, session);
        let answer = match tokio::time::timeout(OPERATION_TIME, executing).await {
            Ok(answer) => operation.arranged(answer),
            Err(_) => refusal(out_of_time().into_server_error(language)),
        };
        self.with_cost(answer, &operation)
    }

    /// Executes any operation as a stream of answers.
    pub(crate) fn answers(self: &Arc<Self>, operation: Operation) -> BoxStream<'static, Answer> {
        let api = Arc::clone(self);
        if operation.judged.kind != OperationType::Subscription {
            return stream::once(async move { api.answer(operation).await }).boxed();
        }
        if let Err(failure) = self.pay(&operation) {
            let language = operation.session.language();
            let answer = refusal(failure.into_server_error(language));
            return stream::once(async move { api.with_cost(answer, &operation) }).boxed();
        }
        let session = operation.session.clone();
        let operation = Arc::new(operation);
        let asked = Arc::clone(&operation);
        let answers = self.graph.execute_stream(move || asked.request(), &session);
        // Each event is paid for as well, out of a bucket of events: whoever asks again for those of a
        // week hears of them as fast as that refills, and his queries do not wait for it.
        let payers: Vec<Payer> =
            operation.payers.iter().filter_map(|payer| payer.for_events()).collect();
        let told = (answers, 0_u64);
        let next = move |(mut answers, owed): (BoxStream<'static, Answer>, u64)| {
            let (api, operation) = (Arc::clone(&api), Arc::clone(&operation));
            let payers = payers.clone();
            async move {
                api.buckets.pay_in_time(&payers, owed).await;
                let answer = answers.next().await?;
                let owed = 1 + objects(&answer.data);
                Some((operation.arranged(answer), (answers, owed)))
            }
        };
        stream::unfold(told, next).boxed()
    }

    fn pay(&self, operation: &Operation) -> Result<(), Failure> {
        self.charge(&operation.payers, operation.judged.cost)
    }

    /// Takes points from all payers, or says why not.
    pub(crate) fn charge(&self, payers: &[Payer], cost: u64) -> Result<(), Failure> {
        let rate = self.buckets.rate();
        if cost > u64::from(rate.capacity) {
            return Err(Failure::told(
                ErrorCode::QueryTooCostly,
                format!("the operation costs {cost} points, a bucket holds {}", rate.capacity),
                format!("операция стоит {cost} баллов, а запас — {}", rate.capacity),
            ));
        }
        self.buckets.pay(payers, cost, Instant::now()).map_err(|empty| {
            Failure::told(
                ErrorCode::RateLimited,
                format!("too many requests; try again in {} ms", empty.wait_ms),
                format!("слишком много запросов; повторите через {} мс", empty.wait_ms),
            )
            .with(json!({"retryAfterMs": empty.wait_ms, "available": empty.available}))
        })
    }

    /// Gives back what was not used and tells the cost.
    fn with_cost(&self, answer: Answer, operation: &Operation) -> Answer {
        let requested = operation.judged.cost;
        let heavy = u64::from(operation.judged.kind == OperationType::Mutation);
        let actual = (1 + heavy * crate::limits::HEAVY + objects(&answer.data)).min(requested);
        let refused = answer.errors.iter().any(|error| error.path.is_empty());
        let unused = if refused { 0 } else { requested - actual };
        let available = self.buckets.settle(&operation.payers, unused, Instant::now());
        let cost = json!({
            "requested": requested,
            "actual": actual,
            "available": available,
            "restoreRate": self.buckets.rate().restore_per_s,
        });
        // A JSON object of numbers always has a GraphQL form.
        answer.extension("cost", Value::from_json(cost).unwrap_or_default())
    }
}

impl Operation {
    fn request(&self) -> Request {
        // The document is what is executed: the text has done its work.
        let mut request = Request::new(String::new()).variables(self.variables.clone());
        request.operation_name.clone_from(&self.name);
        request.set_parsed_query(ExecutableDocument::clone(&self.parsed.document));
        request
    }

    /// The answer with its fields in the order they were asked for.
    fn arranged(&self, mut answer: Answer) -> Answer {
        let document = &self.parsed.document;
        if let Ok(asked) = asked(document, self.name.as_deref()) {
            arrange(&mut answer.data, document, &asked.selection_set.node);
        }
        answer
    }
}

/// The objects of an answer, the root not counted.
fn objects(value: &Value) -> u64 {
    match value {
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

fn count(value: &Value) -> u64 {
    match value {
        Value::Object(fields) => 1 + fields.values().map(count).sum::<u64>(),
        Value::List(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}
