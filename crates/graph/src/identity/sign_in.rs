//! Signing in and out.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use identity::{Credentials, SignOut, SignedIn};

use super::told;
use crate::scalars::DateTime;
use crate::session::Session;
use crate::user_error::UserError;

/// What a person signs in with.
#[derive(InputObject)]
pub struct SignInInput {
    /// The tenant's short name, such as `vostok`.
    tenant: String,
    /// The account's address.
    email: String,
    /// The account's password.
    password: String,
}

/// What `signIn` answers.
#[derive(Default, SimpleObject)]
pub struct SignInPayload {
    /// What to send as `Authorization: Bearer …`; good for 15 minutes.
    access_token: Option<String>,
    /// What gets the next pair of tokens; good once, for 30 days.
    refresh_token: Option<String>,
    /// When the access token ends.
    expires_at: Option<DateTime>,
    /// Why nobody was signed in: one code for a wrong tenant, address, password and a shut account.
    user_errors: Vec<UserError>,
}

/// A refresh token.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that came last.
    refresh_token: String,
}

/// What `refreshSession` answers.
#[derive(Default, SimpleObject)]
pub struct RefreshSessionPayload {
    /// What to send as `Authorization: Bearer …`; good for 15 minutes.
    access_token: Option<String>,
    /// The next refresh token; the one that was sent is used up.
    refresh_token: Option<String>,
    /// When the access token ends.
    expires_at: Option<DateTime>,
    /// Why there are no new tokens.
    user_errors: Vec<UserError>,
}

/// Which sessions are to end.
#[derive(Default, InputObject)]
pub struct SignOutInput {
    /// All sessions of the user, not only the one that asks.
    #[graphql(default)]
    everywhere: bool,
}

/// What `signOut` answers.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// A new password of one's own.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password so far.
    current_password: String,
    /// The password from now on: 8 characters or more.
    new_password: String,
}

/// What `changePassword` answers.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Signing in and out.
#[derive(Default)]
pub struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Signs a person in. Attempts are limited per account and per address.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: SignInInput,
    ) -> async_graphql::Result<SignInPayload> {
        let session = Session::of(ctx)?;
        let credentials = Credentials {
            tenant: input.tenant,
            email: input.email,
            password: input.password,
            address: session.address(),
        };
        let answer = session.identity()?.sign_in(credentials).await;
        let (signed_in, user_errors) = told(session, answer)?;
        Ok(match signed_in {
            Some(SignedIn { access_token, expires_at, refresh_token }) => SignInPayload {
                access_token: Some(access_token),
                refresh_token: Some(refresh_token),
                expires_at: Some(DateTime(expires_at)),
                user_errors,
            },
            None => SignInPayload { user_errors, ..SignInPayload::default() },
        })
    }

    /// Gives the next pair of tokens. A token that was used before ends its session, but for the
    /// last one within 30 seconds: its answer may have been lost.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: RefreshSessionInput,
    ) -> async_graphql::Result<RefreshSessionPayload> {
        let session = Session::of(ctx)?;
        let answer = session.identity()?.refresh(&input.refresh_token).await;
        let (signed_in, user_errors) = told(session, answer)?;
        Ok(match signed_in {
            Some(SignedIn { access_token, expires_at, refresh_token }) => RefreshSessionPayload {
                access_token: Some(access_token),
                refresh_token: Some(refresh_token),
                expires_at: Some(DateTime(expires_at)),
                user_errors,
            },
            None => RefreshSessionPayload { user_errors, ..RefreshSessionPayload::default() },
        })
    }

    /// Ends the session that asks, or all of its user. Holds on every server within a second.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions; the one that asks where nothing is given.")]
        input: Option<SignOutInput>,
    ) -> async_graphql::Result<SignOutPayload> {
        let session = Session::of(ctx)?;
        let everywhere = input.unwrap_or_default().everywhere;
        let which = if everywhere { SignOut::Everywhere } else { SignOut::Here };
        let answer = session.identity()?.sign_out(session.scope()?, which).await;
        let (_, user_errors) = told(session, answer)?;
        Ok(SignOutPayload { user_errors })
    }

    /// Sets one's own password; one's other sessions end.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new.")] input: ChangePasswordInput,
    ) -> async_graphql::Result<ChangePasswordPayload> {
        let session = Session::of(ctx)?;
        let (current, new) = (input.current_password, input.new_password);
        let answer = session.identity()?.change_password(session.scope()?, current, new).await;
        let (_, user_errors) = told(session, answer)?;
        Ok(ChangePasswordPayload { user_errors })
    }
}
