//! Partners' keys.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use identity::{CreateApiKey, ReadKeys, RevokeApiKey};
use kernel::{ApiKeyId, CustomerId};

use super::users::User;
use crate::idempotency::mutate;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::DateTime;
use crate::session::Session;
use crate::user_error::UserError;

/// A partner's key. Its secret is shown once, when it is made.
#[derive(Clone)]
pub struct ApiKey(pub(super) identity::ApiKey);

/// A partner's key. Its secret is shown once, when it is made.
#[Object]
impl ApiKey {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its name; unique in the tenant.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may do, such as `orders:read`.
    async fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// The one customer whose records it reaches; null: all.
    async fn customer_id(&self) -> Option<ID> {
        self.0.customer_id.map(global)
    }

    /// When it ends; null: never by itself.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was used last, to the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// When it was revoked.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Who made it.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        match self.0.created_by {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }
}

impl Load<ApiKeyId> for Loaders {
    type Value = ApiKey;

    async fn load(&self, keys: &[ApiKeyId]) -> Loaded<ApiKeyId, ApiKey> {
        let permit = self.permit::<ReadKeys>()?;
        let found = identity::api_keys_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, ApiKey(row))).collect::<HashMap<_, _>>())
    }
}

/// Queries of keys.
#[derive(Default)]
pub struct KeyQuery;

#[Object]
impl KeyQuery {
    /// The tenant's keys, by name, revoked ones among them.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ApiKey>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadKeys>()?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NAME")?;
        let rows = identity::api_keys(&*session.tx().await?, &permit, &page).await?;
        Ok(Connection::of(rows, ApiKey).counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(identity::count_api_keys(&tx, &permit, COUNT_CAP + 1).await?)
            }
        }))
    }
}

/// A new key.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// Its name; unique in the tenant.
    name: String,
    /// What it may do, such as `orders:read`; at least one.
    scopes: Vec<String>,
    /// The one customer whose records it is to reach.
    customer_id: Option<GlobalId<CustomerId>>,
    /// When it ends.
    expires_at: Option<DateTime>,
}

/// What `createApiKey` answers.
#[derive(SimpleObject)]
pub struct CreateApiKeyPayload {
    /// The new key.
    api_key: Option<ApiKey>,
    /// What to send as `Authorization: Bearer …`. Shown here and never again.
    secret: Option<String>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// A key to be revoked.
#[derive(InputObject)]
pub struct RevokeApiKeyInput {
    /// Which.
    id: GlobalId<ApiKeyId>,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

/// What `revokeApiKey` answers.
#[derive(SimpleObject)]
pub struct RevokeApiKeyPayload {
    /// The key as it is now.
    api_key: Option<ApiKey>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Mutations of keys.
#[derive(Default)]
pub struct KeyMutation;

#[Object]
impl KeyMutation {
    /// Makes a key. Takes no idempotency key, since it answers with a secret; a repeat is
    /// refused by the name.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key.")] input: CreateApiKeyInput,
    ) -> async_graphql::Result<CreateApiKeyPayload> {
        let command = CreateApiKey {
            name: input.name,
            scopes: input.scopes,
            customer: input.customer_id.map(|id| id.0),
            expires_at: input.expires_at.map(|at| at.0),
        };
        let done = mutate(ctx, command, None).await?;
        let (id, secret) = done.output.map(|key| (key.id, key.secret)).unzip();
        let api_key = Session::of(ctx)?.load_made(id).await?;
        Ok(CreateApiKeyPayload { api_key, secret, user_errors: done.user_errors })
    }

    /// Ends a key; holds on every server within a second.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key.")] input: RevokeApiKeyInput,
    ) -> async_graphql::Result<RevokeApiKeyPayload> {
        let command = RevokeApiKey { key: input.id.0 };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let api_key = Session::of(ctx)?.load_made(done.output).await?;
        Ok(RevokeApiKeyPayload { api_key, user_errors: done.user_errors })
    }
}
