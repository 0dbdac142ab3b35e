//! What is done with files besides sending them.

use ::files::{Remove, SetPhoto, subject_kind};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use kernel::{AttachmentId, ProductId};

use super::subjects::{OfProduct, of_kind};
use crate::catalog::Product;
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::ids::{GlobalId, global};
use crate::session::Session;
use crate::user_error::UserError;

/// Which file goes.
#[derive(InputObject)]
pub struct RemoveAttachmentInput {
    /// Which one.
    id: GlobalId<AttachmentId>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What came of removing a file.
#[derive(SimpleObject)]
pub struct RemoveAttachmentPayload {
    /// The id of the file that is gone; null where it was refused.
    attachment_id: Option<ID>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// Which of a product's files is its picture.
#[derive(InputObject)]
pub struct SetProductPhotoInput {
    /// The product.
    product_id: GlobalId<ProductId>,
    /// One of its files, a JPEG, PNG, WebP or GIF picture; null leaves it without a picture.
    attachment_id: Option<GlobalId<AttachmentId>>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What came of choosing a product's picture.
#[derive(SimpleObject)]
pub struct SetProductPhotoPayload {
    /// The product; null where it was refused.
    product: Option<Product>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// Mutations of files.
#[derive(Default)]
pub struct FilesMutation;

#[Object]
impl FilesMutation {
    /// Takes a file off its record. Needs the right to change the record.
    async fn remove_attachment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RemoveAttachmentInput,
    ) -> async_graphql::Result<RemoveAttachmentPayload> {
        let (id, key) = (input.id.0, input.idempotency_key);
        let session = Session::of(ctx)?;
        let kind = subject_kind(&*session.tx().await?, id).await?;
        let done = of_kind!(
            kind.as_deref().unwrap_or_default(),
            Of => mutate(ctx, Remove::<Of>::new(id), key).await?,
            return Err(Failure::not_found().into())
        );
        let attachment_id = done.output.map(global);
        Ok(RemoveAttachmentPayload { attachment_id, user_errors: done.user_errors })
    }

    /// Makes one of a product's files its picture; the one before stays among its files.
    async fn set_product_photo(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product and the file.")] input: SetProductPhotoInput,
    ) -> async_graphql::Result<SetProductPhotoPayload> {
        let photo = input.attachment_id.map(|id| id.0);
        let command = SetPhoto::<OfProduct>::new(input.product_id.0.0, photo);
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product = Session::of(ctx)?.load_made(done.output.map(ProductId)).await?;
        Ok(SetProductPhotoPayload { product, user_errors: done.user_errors })
    }
}
