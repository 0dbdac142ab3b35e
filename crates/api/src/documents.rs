//! Parsed documents, remembered by their text. Parsing is a quarter of what a small request
//! costs; limits and validation still run each time.

use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{ServerError, parser};
use graph::Failure;
use moka::future::Cache;

use crate::limits::check_text;

/// Bytes of text remembered at most; a parsed document takes some twenty times its text.
const REMEMBERED_BYTES: u64 = 2 * 1024 * 1024;

/// Why a text is no document.
#[derive(Clone, Debug)]
pub(crate) enum Misread {
    /// It is over a limit.
    Limit(Failure),
    /// Its syntax is wrong.
    Syntax(ServerError),
}

/// The documents that were asked lately.
#[derive(Clone)]
pub(crate) struct Documents {
    parsed: Cache<String, Arc<ExecutableDocument>>,
}

impl Documents {
    pub(crate) fn new() -> Self {
        let weight = |text: &String, _: &Arc<ExecutableDocument>| {
            u32::try_from(text.len()).unwrap_or(u32::MAX)
        };
        let parsed = Cache::builder().max_capacity(REMEMBERED_BYTES).weigher(weight).build();
        Self { parsed }
    }

    pub(crate) async fn read(&self, text: &str) -> Result<Arc<ExecutableDocument>, Misread> {
        if let Some(document) = self.parsed.get(text).await {
            return Ok(document);
        }
        check_text(text).map_err(Misread::Limit)?;
        let document = parser::parse_query(text).map_err(|error| Misread::Syntax(error.into()))?;
        let document = Arc::new(document);
        self.parsed.insert(text.to_owned(), Arc::clone(&document)).await;
        Ok(document)
    }
}
