//! Lists read page by page: the query that a client would send, in one snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use ::exchange::{
    ExportFormat, ExportListing, ExportLists, Headings, ListFault, ListPage, ListRow, RightsUsed,
    Wanted,
};
use access::Scope;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection};
use async_graphql::{
    Context, Name, PathSegment, Pos, Positioned, Request, Response, ServerError, Value, Variables,
    parser,
};
use async_trait::async_trait;
use db::Fault;
use kernel::{DateTime, Text, Utc};
use serde_json::json;

use super::catalogue::{Catalogue, PAGING};
use super::cells::{Reader, cell};
use super::columns::{Chosen, Column, Own};
use super::headings::heading;
use crate::errors::{Failure, present};
use crate::schema::Graph;
use crate::session::{Services, Session};

/// The field of the answer that holds the list.
const LIST: &str = "list";

/// The lists of the API, for the worker that writes them to files.
#[derive(Clone)]
pub struct Lists {
    graph: Graph,
    services: Services,
}

impl Lists {
    /// All lists of the schema.
    #[must_use]
    pub fn new(services: Services) -> Self {
        Self { graph: Graph::new(), services }
    }
}

#[async_trait]
impl ExportLists for Lists {
    async fn open(
        &self,
        scope: &Scope,
        wanted: &Wanted,
    ) -> Result<Box<dyn ExportListing>, ListFault> {
        let session = Session::of_job(&self.services, scope, wanted.language);
        let reading = async {
            let query = Query::new(wanted).map_err(ListFault::Told)?;
            let snapshot = session.tx().await.map_err(unread)?;
            let as_of = snapshot.now();
            drop(snapshot);
            let mut listing = Listing {
                graph: self.graph.clone(),
                session: session.clone(),
                wanted: wanted.clone(),
                query,
                as_of,
                rows_total: None,
                first: None,
                after: None,
            };
            listing.begin().await?;
            Ok(listing)
        };
        match reading.await {
            Ok(listing) => Ok(Box::new(listing)),
            Err(fault) => {
                session.finish().await;
                Err(fault)
            }
        }
    }
}

/// Asks for one row, as the worker will for all: why that may not be, before an export is started.
pub(super) async fn try_out(
    graph: &Graph,
    session: &Session,
    wanted: &Wanted,
) -> Result<(), Refused> {
    let query = Query::new(wanted).map_err(Refused::Told)?;
    let asking = session.anew(session.scope().ok().cloned());
    let answer = graph.execute_within(query.request(None, 1), &asking).await;
    asking.finish().await;
    match query.verdict(&answer.errors) {
        Verdict::Whole => Ok(()),
        Verdict::Without(columns) if query.chosen.are_named => {
            let named = columns.iter().next().map(String::as_str).unwrap_or_default();
            Err(Refused::Told(closed(named)))
        }
        Verdict::Without(_) => Ok(()),
        Verdict::Nothing(error) => Err(Refused::of(error)),
    }
}

/// Why an export is not started.
pub(super) enum Refused {
    /// The arguments or columns are not of this list, or not for the caller.
    Told(Text),
    /// Rights, or the machinery.
    Failure(Failure),
}

impl Refused {
    fn of(error: &ServerError) -> Self {
        match known(error) {
            Some(failure) => match failure.told_of_input() {
                Some(text) => Self::Told(text),
                None => Self::Failure(failure),
            },
            None => Self::Told(told(error)),
        }
    }
}

/// The query of a list.
struct Query {
    document: ExecutableDocument,
    chosen: Chosen,
}

/// What the errors of an answer leave of it.
enum Verdict<'e> {
    Whole,
    /// These columns may not be read.
    Without(BTreeSet<String>),
    Nothing(&'e ServerError),
}

/// The schema as it is known to exports; it never changes while the program runs.
pub(super) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::read(&Graph::new().sdl()).unwrap_or_default())
}

impl Query {
    fn new(wanted: &Wanted) -> Result<Self, Text> {
        let list = catalogue().list(&wanted.list).ok_or_else(|| unknown_list(&wanted.list))?;
        let own = match wanted.format {
            ExportFormat::Jsonl => Own::WithId,
            _ => Own::WithoutId,
        };
        let chosen = catalogue().choose(&list.row, &wanted.columns, own)?;
        let arguments = arguments(&wanted.arguments)?;
        let document = document(&list.name, &chosen.columns, arguments, wanted.format)
            .ok_or_else(|| Text::new("The list cannot be read.", "Список не прочитать."))?;
        Ok(Self { document, chosen })
    }

    fn request(&self, after: Option<&str>, first: u32) -> Request {
        let mut request = Request::new(String::new());
        request = request.variables(Variables::from_json(json!({
            "first": first, "after": after, "counts": after.is_none(),
        })));
        request.set_parsed_query(self.document.clone());
        request
    }

    fn verdict<'e>(&self, errors: &'e [ServerError]) -> Verdict<'e> {
        let mut closed = BTreeSet::new();
        for error in errors {
            let is_closed = known(error).is_some_and(|failure| failure.is_forbidden());
            let column = self.column_of(error);
            match column {
                Some(column) if is_closed => closed.extend(column.iter().cloned()),
                _ => return Verdict::Nothing(error),
            }
        }
        if closed.is_empty() { Verdict::Whole } else { Verdict::Without(closed) }
    }

    /// The columns that a field of a row belongs to.
    fn column_of(&self, error: &ServerError) -> Option<Vec<String>> {
        let mut names = error.path.iter().filter_map(|segment| match segment {
            PathSegment::Field(name) => Some(name.as_str()),
            PathSegment::Index(_) => None,
        });
        if names.next() != Some(LIST) || names.next() != Some("nodes") {
            return None;
        }
        let at: Vec<&str> = names.collect();
        let is_at = |column: &&Column| {
            !at.is_empty()
                && column.fields.len() >= at.len()
                && column.fields.iter().zip(&at).all(|(field, at)| field == at)
        };
        let columns = self.chosen.columns.iter().filter(is_at);
        Some(columns.map(|column| column.path.clone()).collect())
            .filter(|of: &Vec<_>| !of.is_empty())
    }
}

fn known(error: &ServerError) -> Option<Failure> {
    Failure::behind(error)
}

fn unknown_list(name: &str) -> Text {
    let names: Vec<&str> = catalogue().lists().iter().map(|list| list.name.as_str()).collect();
    let names = names.join(", ");
    Text::new(
        format!("There is no list “{name}”. Lists are: {names}."),
        format!("Списка «{name}» нет. Списки: {names}."),
    )
}

fn closed(column: &str) -> Text {
    Text::new(
        format!("You may not see the column “{column}”."),
        format!("Столбец «{column}» вам не виден."),
    )
}

fn arguments(given: &serde_json::Value) -> Result<Vec<(Name, Value)>, Text> {
    let wrong = |en: &str, ru: &str| Err(Text::new(en, ru));
    let fields = match given {
        serde_json::Value::Null => return Ok(Vec::new()),
        serde_json::Value::Object(fields) => fields,
        _ => return wrong("The arguments are an object.", "Аргументы — это объект."),
    };
    if fields.keys().any(|name| PAGING.contains(&name.as_str())) {
        return wrong(
            "An export has all rows: leave out first, after, last and before.",
            "В выгрузке все строки: уберите first, after, last и before.",
        );
    }
    let read = fields.iter().map(|(name, value)| {
        let value = Value::from_json(value.clone()).unwrap_or_default();
        (Name::new(name), value)
    });
    Ok(read.collect())
}

/// Fields to ask for, by name.
#[derive(Default)]
struct Tree(BTreeMap<String, Tree>);

impl Tree {
    fn add(&mut self, path: &[String]) {
        if let Some((first, rest)) = path.split_first() {
            self.0.entry(first.clone()).or_default().add(rest);
        }
    }

    fn text(&self) -> String {
        let fields = self.0.iter().map(|(name, inner)| match inner.0.is_empty() {
            true => name.clone(),
            false => format!("{name} {{ {} }}", inner.text()),
        });
        fields.collect::<Vec<_>>().join(" ")
    }
}

/// The query: names are the schema's own, and the arguments go in as values, so that nothing in
/// them can be taken for a part of the query.
fn document(
    list: &str,
    columns: &[Column],
    arguments: Vec<(Name, Value)>,
    format: ExportFormat,
) -> Option<ExecutableDocument> {
    // A table says yes and no in words.
    let of_custom: &[&str] = match format {
        ExportFormat::Jsonl => &["key", "text"],
        _ => &["key", "text", "boolean"],
    };
    let mut tree = Tree::default();
    for column in columns {
        if column.of == "customFields" {
            for inner in of_custom {
                tree.add(&[column.fields.as_slice(), &[(*inner).to_owned()]].concat());
            }
        } else {
            tree.add(&column.fields);
        }
    }
    // `__typename` beside the list makes it one part of several: it is read in the snapshot.
    let text = format!(
        "query($first: Int, $after: String, $counts: Boolean!) {{ __typename
           {LIST}: {list}(first: $first, after: $after) {{
             nodes {{ __typename {} }} pageInfo {{ hasNextPage endCursor }}
             totalCount @include(if: $counts) {{ count exact }} }} }}",
        tree.text()
    );
    let mut document = parser::parse_query(&text).ok()?;
    let (_, operation) = document.operations.iter().next()?;
    let mut operation = operation.clone();
    let root = operation.node.selection_set.node.items.iter_mut();
    for selection in root {
        if let Selection::Field(field) = &mut selection.node
            && field.node.alias.is_some()
        {
            let at = Pos::default();
            field.node.arguments.extend(arguments.iter().map(|(name, value)| {
                let value = Positioned::new(value.clone().into_value(), at);
                (Positioned::new(name.clone(), at), value)
            }));
        }
    }
    document.operations = DocumentOperations::Single(operation);
    Some(document)
}

/// A list that is being read.
struct Listing {
    graph: Graph,
    session: Session,
    wanted: Wanted,
    query: Query,
    as_of: DateTime<Utc>,
    rows_total: Option<i64>,
    /// The first page, read before its columns were known to be open.
    first: Option<ListPage>,
    after: Option<String>,
}

impl Listing {
    /// Reads the first page; of the list's own columns those stay that may be read.
    async fn begin(&mut self) -> Result<(), ListFault> {
        let answer = self.ask().await?;
        if let Verdict::Without(closed) = self.query.verdict(&answer.errors) {
            if self.query.chosen.are_named {
                let named = closed.iter().next().map(String::as_str).unwrap_or_default();
                return Err(ListFault::Told(self::closed(named)));
            }
            let mut open = self.query.chosen.columns.clone();
            open.retain(|column| !closed.contains(&column.path));
            self.wanted.columns = open.into_iter().map(|column| column.path).collect();
            let mut query = Query::new(&self.wanted).map_err(ListFault::Told)?;
            query.chosen.are_named = false;
            self.query = query;
        }
        let page = self.page(answer)?;
        self.first = Some(page);
        Ok(())
    }

    async fn ask(&self) -> Result<Response, ListFault> {
        let request = self.query.request(self.after.as_deref(), kernel::LARGEST_PAGE);
        let answer = self.graph.execute_within(request, &self.session).await;
        match self.query.verdict(&answer.errors) {
            Verdict::Nothing(error) => Err(fault(error)),
            _ => Ok(answer),
        }
    }

    fn page(&mut self, answer: Response) -> Result<ListPage, ListFault> {
        let lost = || ListFault::Fault(Fault::broken("a list's answer has another shape"));
        let answer = present(answer, self.session.language());
        let Value::Object(mut data) = answer.data else { return Err(lost()) };
        let Some(Value::Object(list)) = data.swap_remove(LIST) else { return Err(lost()) };
        let at = |path: &[&str]| {
            let mut fields = &list;
            let (last, way) = path.split_last()?;
            for step in way {
                let Some(Value::Object(inner)) = fields.get(*step) else { return None };
                fields = inner;
            }
            fields.get(*last)
        };
        if let (Some(Value::Number(count)), Some(Value::Boolean(true))) =
            (at(&["totalCount", "count"]), at(&["totalCount", "exact"]))
        {
            self.rows_total = count.as_i64();
        }
        self.after = match at(&["pageInfo", "endCursor"]) {
            Some(Value::String(cursor)) => Some(cursor.clone()),
            _ => None,
        };
        let more = at(&["pageInfo", "hasNextPage"]) == Some(&Value::Boolean(true));
        let Some(Value::List(nodes)) = at(&["nodes"]) else { return Err(lost()) };
        let rows = nodes.iter().map(|node| self.row(node)).collect::<Option<Vec<_>>>();
        let has_next = more && self.after.is_some();
        Ok(ListPage { rows: rows.ok_or_else(lost)?, has_next })
    }

    fn row(&self, node: &Value) -> Option<ListRow> {
        if self.wanted.format == ExportFormat::Jsonl {
            let mut node = node.clone();
            strip(&mut node);
            return Some(ListRow::Json(node.into_json().ok()?.to_string()));
        }
        let zone = self.session.scope().ok()?.facts().zone;
        let reader = Reader { zone, language: self.wanted.language };
        let columns = &self.query.chosen.columns;
        Some(ListRow::Cells(columns.iter().map(|column| cell(node, column, reader)).collect()))
    }
}

/// Takes away what was asked for only so that an object is never empty.
fn strip(node: &mut Value) {
    if let Value::Object(fields) = node {
        fields.shift_remove("__typename");
    }
}

#[async_trait]
impl ExportListing for Listing {
    fn header(&self) -> Vec<String> {
        let columns = &self.query.chosen.columns;
        match self.wanted.headings {
            Headings::Paths => columns.iter().map(|column| column.path.clone()).collect(),
            Headings::Words => {
                columns.iter().map(|column| heading(column, self.wanted.language)).collect()
            }
        }
    }

    fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    fn rows_total(&self) -> Option<i64> {
        self.rows_total
    }

    fn rights(&self) -> RightsUsed {
        let used = self.session.used();
        // All custom fields of a record are read together; what is written are those of the columns.
        let is_whole = self.wanted.format == ExportFormat::Jsonl;
        let columns = &self.query.chosen.columns;
        let is_written = |key: &str| {
            let names = |column: &Column| column.key.as_deref().is_none_or(|named| named == key);
            is_whole || columns.iter().any(|column| column.of == "customFields" && names(column))
        };
        let readers = used.readers.into_iter().filter(|(key, _)| is_written(key));
        RightsUsed::new(used.rights, readers.map(|(_, roles)| roles))
    }

    async fn next(&mut self) -> Result<ListPage, ListFault> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        let answer = self.ask().await?;
        if let Verdict::Without(closed) = self.query.verdict(&answer.errors)
            && self.query.chosen.are_named
        {
            let named = closed.iter().next().map(String::as_str).unwrap_or_default();
            return Err(ListFault::Told(self::closed(named)));
        }
        self.page(answer)
    }

    async fn end(self: Box<Self>) {
        self.session.finish().await;
    }
}

/// Why a page was not answered.
fn fault(error: &ServerError) -> ListFault {
    match known(error) {
        Some(failure) => unread(failure),
        None => ListFault::Told(told(error)),
    }
}

fn unread(failure: Failure) -> ListFault {
    match failure.told_to_people() {
        Some(text) => ListFault::Told(text),
        None => ListFault::Fault(Fault::broken(format!("a list could not be read: {failure}"))),
    }
}

/// What async-graphql says of a query: its arguments are not those of the list.
fn told(error: &ServerError) -> Text {
    let russian = error.extensions.as_ref().and_then(|more| more.get(crate::errors::IN_RUSSIAN));
    let ru = match russian {
        Some(Value::String(russian)) => russian.clone(),
        _ => error.message.clone(),
    };
    Text::new(
        format!("The list does not take these arguments: {}", error.message),
        format!("Список не принимает таких аргументов: {ru}"),
    )
}

/// The graph of the request, for resolvers that ask it themselves.
pub(super) fn graph_of<'c>(ctx: &Context<'c>) -> Result<&'c Graph, Failure> {
    ctx.data_opt::<Graph>().ok_or_else(|| Failure::broken("a request without its schema"))
}
