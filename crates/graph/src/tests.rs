//! The foundation without a database: what can be answered from the scope and from memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::live::Live;
use access::{Actor, Origin, RightSet, Scope, TenantFacts};
use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema, SimpleObject};
use db::{Db, DbConfig};
use kernel::{
    Clock, Currency, CustomerId, Language, Page, PageRequest, Position, TenantId, UserId, Uuid,
};
use serde_json::{Value, json};

use crate::paging::Connection;
use crate::{AnyId, Graph, Load, Loaded, Loaders, Services, Session, global};

fn scope() -> Scope {
    Scope::verified(Origin {
        tenant: TenantId::new(),
        actor: Actor::User(UserId::new()),
        session: None,
        rights: Arc::new(RightSet::everything()),
        team: Arc::from([]),
        customer: None,
        facts: TenantFacts {
            zone: chrono_tz::Europe::Moscow,
            base_currency: Currency::parse("RUB").unwrap(),
        },
    })
}

/// Connections are made when they are first needed, and here none is.
fn session(scope: Option<Scope>) -> Session {
    let config = DbConfig::new("postgres://nobody@127.0.0.1:1/none", "postgres://127.0.0.1:1/none");
    let db = Db::new(&config, Clock::system(), None).unwrap();
    Session::new(Services::new(db, Live::in_memory()), scope, Language::En)
}

async fn ask(session: &Session, query: &str) -> Value {
    let response = Graph::new().execute(Request::new(query), session).await;
    serde_json::to_value(response).unwrap()
}

#[tokio::test]
async fn the_viewer_sees_his_tenant_and_no_other() {
    let scope = scope();
    let session = session(Some(scope.clone()));
    let (own, other) = (global(scope.tenant()).0, global(TenantId::new()).0);
    let query = format!(
        "{{ viewer {{ tenant {{ id baseCurrency timeZone }} }}
            nodes(ids: [\"{own}\", \"{other}\"]) {{ id __typename }} }}"
    );
    let answer = ask(&session, &query).await;
    let tenant = json!({"id": own, "baseCurrency": "RUB", "timeZone": "Europe/Moscow"});
    assert_eq!(answer["data"]["viewer"]["tenant"], tenant, "{answer}");
    assert_eq!(answer["data"]["nodes"], json!([{"id": own, "__typename": "Tenant"}, null]));
}

#[tokio::test]
async fn nobody_gets_nothing() {
    let answer = ask(&session(None), "{ viewer { rights { object } } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
}

#[tokio::test]
async fn an_id_that_is_none_is_refused_with_words() {
    let answer = ask(&session(Some(scope())), "{ node(id: \"42\") { id } }").await;
    assert_eq!(answer["errors"][0]["extensions"], json!({"code": "BAD_USER_INPUT"}), "{answer}");
}

/// What introspection says about every type and field.
const DESCRIPTIONS: &str = "{ __schema { types { name kind description
    fields { name description args { name description } }
    inputFields { name description } enumValues { name description } } } }";

#[tokio::test]
async fn everything_in_the_schema_is_described() {
    let answer = ask(&session(Some(scope())), DESCRIPTIONS).await;
    let types = answer["data"]["__schema"]["types"].as_array().unwrap();
    assert!(types.len() > 10, "{answer}");
    let mut silent = Vec::new();
    for kind in types.iter().filter(|kind| !is_built_in(kind)) {
        note_silent(kind["name"].as_str().unwrap(), kind, &mut silent);
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}

fn is_built_in(kind: &Value) -> bool {
    let name = kind["name"].as_str().unwrap();
    name.starts_with("__") || ["ID", "String", "Int", "Float", "Boolean"].contains(&name)
}

/// Goes down through fields, arguments and values.
fn note_silent(path: &str, thing: &Value, silent: &mut Vec<String>) {
    let root = ["Query", "Mutation", "Subscription"].contains(&path);
    if !root && thing["description"].as_str().is_none_or(str::is_empty) {
        silent.push(path.to_owned());
    }
    for part in ["fields", "args", "inputFields", "enumValues"] {
        for inner in thing[part].as_array().into_iter().flatten() {
            let path = format!("{path}.{}", inner["name"].as_str().unwrap());
            note_silent(&path, inner, silent);
        }
    }
}

// A family of records in memory, to count how often they are read.

static READS: AtomicUsize = AtomicUsize::new(0);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BranchKey(u32);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeafKey(u32);

#[derive(Clone, SimpleObject)]
pub struct Leaf {
    name: String,
}

impl Load<LeafKey> for Loaders {
    type Value = Leaf;

    async fn load(&self, keys: &[LeafKey]) -> Loaded<LeafKey, Leaf> {
        READS.fetch_add(1, Ordering::Relaxed);
        Ok(keys.iter().map(|key| (*key, Leaf { name: key.0.to_string() })).collect())
    }
}

impl Load<BranchKey> for Loaders {
    type Value = Vec<LeafKey>;

    async fn load(&self, keys: &[BranchKey]) -> Loaded<BranchKey, Vec<LeafKey>> {
        READS.fetch_add(1, Ordering::Relaxed);
        let leaves = |key: &BranchKey| (0..40).map(|n| LeafKey(key.0 * 100 + n)).collect();
        Ok(keys.iter().map(|key| (*key, leaves(key))).collect::<HashMap<_, _>>())
    }
}

struct Branch(BranchKey);

#[Object]
impl Branch {
    async fn leaves(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Vec<Twig>> {
        let lots = Session::of(ctx)?.load(self.0).await?.unwrap_or_default();
        Ok(lots.into_iter().map(Twig).collect())
    }
}

struct Twig(LeafKey);

#[Object]
impl Twig {
    async fn leaf(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Option<Leaf>> {
        Ok(Session::of(ctx)?.load(self.0).await?)
    }
}

#[derive(Clone, SimpleObject)]
struct Row {
    name: String,
}

struct Tree;

#[Object]
impl Tree {
    async fn branches(&self) -> Vec<Branch> {
        (0..50).map(|n| Branch(BranchKey(n))).collect()
    }

    async fn customer(&self, id: crate::GlobalId<CustomerId>) -> String {
        id.0.to_string()
    }

    async fn any(&self, id: AnyId) -> String {
        id.kind
    }

    async fn rows(&self) -> Connection<Row> {
        let row = |n: i32| {
            let position =
                Position { order: "N".into(), key: Some(n.to_string()), id: Uuid::nil() };
            (position, Row { name: n.to_string() })
        };
        let page = Page::of((0..4).map(row).collect(), &PageRequest::first(3));
        Connection::of(page, |row| row).counted(|_| async { Ok(10_001) })
    }
}

async fn climb(query: &str) -> Value {
    let schema = Schema::new(Tree, EmptyMutation, EmptySubscription);
    let request = Request::new(query).data(session(Some(scope())));
    // In a task, as every request is: what `block_on` runs itself knows no turns.
    let answer = tokio::spawn(async move { schema.execute(request).await }).await.unwrap();
    serde_json::to_value(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_level_is_read_at_once_however_many_rows_it_has() {
    for _ in 0..30 {
        READS.store(0, Ordering::Relaxed);
        let answer = climb("{ branches { leaves { leaf { name } } } }").await;
        assert_eq!(answer["data"]["branches"][49]["leaves"].as_array().unwrap().len(), 40);
        assert_eq!(READS.load(Ordering::Relaxed), 2);
    }
}

#[tokio::test]
async fn a_connection_counts_only_when_asked_and_only_so_far() {
    let answer = climb(
        "{ rows { nodes { name } edges { cursor node { name } }
             pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
             totalCount { count exact } } }",
    )
    .await;
    let rows = &answer["data"]["rows"];
    assert_eq!(rows["nodes"].as_array().unwrap().len(), 3, "{answer}");
    assert_eq!(rows["pageInfo"]["hasNextPage"], true);
    assert_eq!(rows["pageInfo"]["hasPreviousPage"], false);
    assert_eq!(rows["pageInfo"]["endCursor"], rows["edges"][2]["cursor"]);
    assert_eq!(rows["totalCount"], json!({"count": 10_000, "exact": false}));
}
