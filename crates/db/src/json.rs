//! JSON columns that hold one of the program's own types.

use sea_orm::TryGetableFromJson;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A `jsonb` column that is read straight into a type, without a tree of values between: half of
/// the work where rows hold much.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> TryGetableFromJson for Json<T> {}
