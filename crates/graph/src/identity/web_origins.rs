//! Which web pages may call the API.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use identity::SetWebOrigins;

use super::Tenant;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::user_error::UserError;

/// The web origins a tenant lists.
#[derive(Clone, SimpleObject)]
pub struct WebOrigins {
    /// The origins as browsers send them, such as `https://shop.example`, by name.
    origins: Vec<String>,
    /// Grows with each change; 0 where nothing was ever set.
    version: i32,
}

impl From<identity::WebOrigins> for WebOrigins {
    fn from(found: identity::WebOrigins) -> Self {
        Self { origins: found.origins, version: found.version }
    }
}

/// The web origins as they are to be.
#[derive(InputObject)]
pub struct SetWebOriginsInput {
    /// The whole list, at most 20: https, or http for localhost; a scheme, a host and perhaps a
    /// port, such as `https://shop.example`. An empty list closes the API to pages.
    origins: Vec<String>,
    /// The version that was read.
    version: i32,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

/// What `setWebOrigins` answers.
#[derive(SimpleObject)]
pub struct SetWebOriginsPayload {
    /// The tenant with its list as it is now.
    tenant: Option<Tenant>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Mutations of web origins.
#[derive(Default)]
pub struct WebOriginsMutation;

#[Object]
impl WebOriginsMutation {
    /// Sets the web origins whose pages may read what the API answers to the tenant's people and
    /// keys (CORS). Holds within a second; browsers remember a permission for ten minutes.
    async fn set_web_origins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The list as it is to be.")] input: SetWebOriginsInput,
    ) -> async_graphql::Result<SetWebOriginsPayload> {
        let command = SetWebOrigins { origins: input.origins, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let tenant = match done.output {
            Some(tenant) => Session::of(ctx)?.load(tenant).await?,
            None => None,
        };
        Ok(SetWebOriginsPayload { tenant, user_errors: done.user_errors })
    }
}
