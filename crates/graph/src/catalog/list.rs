//! What the lists of this context share: the page that is asked for, archived records, order.

use ::catalog::{Directory, count_directory, directory, directory_by_ids};
use async_graphql::{Context, Enum, InputObject, OutputType};
use kernel::{Direction, PageRequest};

use crate::errors::Failure;
use crate::loaders::{Key, Loaded, Loaders};
use crate::paging::{self, Connection, OrderDirection};
use crate::session::Session;

/// Whether a list shows archived records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::Archived")]
pub enum ArchivedFilter {
    /// Records in use only.
    #[default]
    Exclude,
    /// Archived records only.
    Only,
    /// All records.
    Include,
}

/// Which records of a short list; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DirectoryFilter {
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

impl From<DirectoryFilter> for ::catalog::DirectoryFilter {
    fn from(filter: DirectoryFilter) -> Self {
        Self {
            archived: filter.archived.into(),
            external_reference: filter.external_reference,
            ..Self::default()
        }
    }
}

/// What a short list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DirectoryOrderField {
    /// By name, without regard to case.
    Name,
}

/// The order of a short list; ids break ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DirectoryOrder {
    /// By what.
    #[graphql(default_with = "DirectoryOrderField::Name")]
    field: DirectoryOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// The four arguments of a connection.
pub(super) struct Around {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

impl Around {
    pub(super) fn request(&self, order: &str) -> Result<PageRequest, Failure> {
        let (after, before) = (self.after.as_deref(), self.before.as_deref());
        paging::request(self.first, after, self.last, before, order)
    }
}

/// Records of a short list by their ids.
pub(super) async fn by_ids<T, O>(loaders: &Loaders, ids: &[T::Id]) -> Loaded<T::Id, O>
where
    T: Directory,
    T::Id: Key,
    O: From<T>,
{
    let permit = loaders.permit::<T::Read>()?;
    let tx = loaders.tx().await?;
    let found = directory_by_ids::<T>(&tx, &permit, ids).await?;
    Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
}

/// A page of a short list.
pub(super) async fn short_list<T, O>(
    ctx: &Context<'_>,
    filter: ::catalog::DirectoryFilter,
    order: Option<DirectoryOrder>,
    around: Around,
) -> Result<Connection<O>, Failure>
where
    T: Directory + 'static,
    T::Read: 'static,
    O: OutputType + From<T>,
{
    let session = Session::of(ctx)?;
    let permit = session.permit::<T::Read>()?;
    let direction = match order {
        Some(DirectoryOrder { field: DirectoryOrderField::Name, direction }) => direction.into(),
        None => Direction::Asc,
    };
    let page = around.request("NAME")?;
    let tx = session.tx().await?;
    let rows = directory::<T>(&tx, &permit, &filter, direction, &page).await?;
    Ok(Connection::of(rows, O::from).counted(move |session| {
        let (permit, filter) = (permit.clone(), filter.clone());
        async move {
            let tx = session.tx().await?;
            Ok(count_directory::<T>(&tx, &permit, &filter).await?)
        }
    }))
}
