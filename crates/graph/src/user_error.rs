//! User errors: a business rule said no and nothing was written.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{
    ContextSelectionSet, ID, Json, OutputType, Positioned, ServerResult, SimpleObject, Value,
};
use kernel::{
    CustomerId, Language, OrderId, PriceChangeId, PriceListId, Refusal, RefusalCode, Uuid,
};

use crate::ids::global;

/// A business rule said no. Nothing was written.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// What a program decides by.
    code: UserErrorCode,
    /// What a person reads, in the language of `Accept-Language`.
    message: String,
    /// The path of the input field it is about, from `input` on.
    field: Option<Vec<String>>,
    /// Machine-readable facts, such as the current version or what is short.
    details: Option<Json<serde_json::Value>>,
}

impl UserError {
    /// A refusal in one language.
    #[must_use]
    pub fn of(refusal: &Refusal, language: Language) -> Self {
        Self {
            code: UserErrorCode(refusal.code),
            message: refusal.message(language).to_owned(),
            field: refusal.field.clone(),
            details: refusal.details.clone().map(with_global_ids).map(Json),
        }
    }
}

/// A record's global id.
type Known = fn(Uuid) -> ID;

/// Facts that name records, under the ids that clients know.
fn with_global_ids(mut details: serde_json::Value) -> serde_json::Value {
    let kinds: [(&str, Known); 4] = [
        ("mergedInto", |id| global(CustomerId(id))),
        ("orderIds", |id| global(OrderId(id))),
        ("priceChangeId", |id| global(PriceChangeId(id))),
        ("priceListId", |id| global(PriceListId(id))),
    ];
    for (fact, known) in kinds {
        match details.get_mut(fact) {
            Some(serde_json::Value::Array(all)) => all.iter_mut().for_each(|id| rename(id, known)),
            Some(one) => rename(one, known),
            None => {}
        }
    }
    details
}

fn rename(id: &mut serde_json::Value, known: Known) {
    if let Some(Ok(found)) = id.as_str().map(str::parse) {
        *id = known(found).to_string().into();
    }
}

/// The kernel's list of codes as a GraphQL enum, so that the list stands in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserErrorCode(pub RefusalCode);

#[async_trait::async_trait]
impl OutputType for UserErrorCode {
    fn type_name() -> Cow<'static, str> {
        "UserErrorCode".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Enum, |_| MetaType::Enum {
            name: Self::type_name().into_owned(),
            description: Some("Why a business rule said no. New codes may come.".to_owned()),
            enum_values: RefusalCode::ALL.iter().map(value).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        })
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Enum(async_graphql::Name::new(self.0.as_str())))
    }
}

fn value(code: &RefusalCode) -> (String, MetaEnumValue) {
    let value = MetaEnumValue {
        name: code.as_str().to_owned(),
        description: Some(code.meaning().to_owned()),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    (code.as_str().to_owned(), value)
}
