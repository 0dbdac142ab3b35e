//! What people do with the catalog. Every command writes the record, a row of the audit trail
//! and an event, in one transaction.

mod agreements;
mod attributes;
mod bulk;
mod contacts;
mod contracts;
mod custom_fields;
mod custom_values;
mod customers;
mod delivery_addresses;
mod directories;
mod discount_rules;
mod merged;
mod merging;
mod organizations;
mod packagings;
mod price_changes;
mod price_lists;
mod product_cards;
mod product_groups;
mod products;
mod proposals;
mod rates;
mod route_presets;
mod submitting;
mod variants;
mod warehouses;

pub use agreements::{SaveAgreement, SetAgreementPrices};
pub use attributes::{ChoiceDraft, CreateProductAttribute, UpdateProductAttribute};
pub use bulk::{
    ATTRIBUTE, AttributeCell, ContactRow, CustomerRow, Intent, PriceRow, ProductRow, RowRefusal,
    SaveContacts, SaveCustomers, SavePrices, SaveProducts, SaveVariants, Saved, VariantRow,
};
pub use contacts::{AddContactPerson, NewContact, RemoveContactPerson, UpdateContactPerson};
pub use contracts::{CloseContract, DraftContract, SignContract, UpdateContract};
pub use custom_fields::{CreateCustomField, UpdateCustomField};
pub use custom_values::{Entry, Filled, SetCustomFields};
pub use customers::{ArchiveCustomer, CreateCustomer, RestoreCustomer, UpdateCustomer};
pub use delivery_addresses::{AddDeliveryAddress, RemoveDeliveryAddress, UpdateDeliveryAddress};
pub use directories::{Create, CreateRegion, Editable, Update, UpdateRegion};
pub use discount_rules::{CreateDiscountRule, UpdateDiscountRule, UpdatePriceSettings};
pub(crate) use merged::living;
pub use merged::{refuse_merged, share_living_customer};
pub use merging::{MERGED_BY, Merging, Twins, hold_twins, look_at_twins, merge_cards};
pub use organizations::{ClosePeriod, CreateOrganization, UpdateOrganization};
pub use packagings::{AddPackaging, UpdatePackaging};
pub use price_changes::{
    ApplyPriceChange, ChangeToUndo, PreviewPriceChange, hold_to_undo, in_use, preview_price_change,
    undo_change,
};
pub use price_lists::{CreatePriceList, SetPrices, UpdatePriceList};
pub use product_cards::{SetProductBarcodes, SetProductSubstitutes};
pub use product_groups::{CreateProductGroup, UpdateProductGroup};
pub use products::{ArchiveProduct, CreateProduct, RestoreProduct, UpdateProduct};
pub use proposals::{
    ActivateAgreement, CloseAgreement, ProposeAgreement, ProposeAgreementPrices,
    UpdateAgreementProposal,
};
pub use rates::{SetCurrencyRates, SetSupplierPrices, SetVatRates};
pub use route_presets::AddRoutePresets;
pub use submitting::{SubmittedTerms, move_submitted, submitted_draft, submitted_terms};
pub use variants::{Axis, CreateProductVariant, GenerateProductVariants, UpdateProductVariant};
pub use warehouses::{CreateWarehouse, UpdateWarehouse};

use access::{Action, Right};
use db::{AuditEntry, EventDraft, Outcome, TenantTx};
use kernel::{DateTime, Refusal, RefusalCode, Utc, Uuid};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::records::Record;

macro_rules! actions {
    ($($name:ty: $right:ident;)*) => {$(
        impl Action for $name {
            const RIGHT: Right = Right::$right;
        }
    )*};
}

actions! {
    CreateOrganization: DirectoryWrite;
    UpdateOrganization: DirectoryWrite;
    ClosePeriod: PeriodClose;
    CreateWarehouse: DirectoryWrite;
    UpdateWarehouse: DirectoryWrite;
    SetCurrencyRates: RateWrite;
    SetVatRates: RateWrite;
    SetSupplierPrices: SupplierWrite;
    CreateCustomer: CustomerWrite;
    UpdateCustomer: CustomerWrite;
    ArchiveCustomer: CustomerWrite;
    RestoreCustomer: CustomerWrite;
    AddContactPerson: CustomerWrite;
    UpdateContactPerson: CustomerWrite;
    RemoveContactPerson: CustomerWrite;
    AddDeliveryAddress: CustomerWrite;
    UpdateDeliveryAddress: CustomerWrite;
    RemoveDeliveryAddress: CustomerWrite;
    DraftContract: CustomerWrite;
    UpdateContract: CustomerWrite;
    SignContract: TermsWrite;
    CloseContract: TermsWrite;
    AddRoutePresets: SalesRouteWrite;
    SaveAgreement: TermsWrite;
    SetAgreementPrices: TermsWrite;
    ActivateAgreement: TermsWrite;
    CloseAgreement: TermsWrite;
    ProposeAgreement: TermsPropose;
    UpdateAgreementProposal: TermsPropose;
    ProposeAgreementPrices: TermsPropose;
    CreateProductGroup: ProductWrite;
    UpdateProductGroup: ProductWrite;
    CreateProduct: ProductWrite;
    UpdateProduct: ProductWrite;
    ArchiveProduct: ProductWrite;
    RestoreProduct: ProductWrite;
    AddPackaging: ProductWrite;
    UpdatePackaging: ProductWrite;
    CreateProductAttribute: ProductWrite;
    UpdateProductAttribute: ProductWrite;
    CreateProductVariant: ProductWrite;
    GenerateProductVariants: ProductWrite;
    UpdateProductVariant: ProductWrite;
    SetProductBarcodes: ProductWrite;
    SetProductSubstitutes: ProductWrite;
    CreatePriceList: PriceWrite;
    UpdatePriceList: PriceWrite;
    SetPrices: PriceWrite;
}

/// What was done to which record.
#[derive(Clone, Copy)]
pub(crate) struct Deed {
    /// As the API names it.
    pub(crate) action: &'static str,
    /// The kind of record.
    pub(crate) kind: &'static str,
    /// The record.
    pub(crate) id: Uuid,
}

impl Deed {
    pub(crate) fn new(action: &'static str, kind: &'static str, id: impl Into<Uuid>) -> Self {
        Self { action, kind, id: id.into() }
    }

    /// The event that tells of it.
    pub(crate) fn event(&self) -> EventDraft {
        EventDraft {
            kind: "catalog_changed",
            subject_kind: self.kind,
            subject_id: self.id,
            manager_id: None,
            customer_id: None,
            products: Vec::new(),
            warehouses: Vec::new(),
        }
    }

    /// Notes it in the audit trail.
    pub(crate) fn audit(&self, tx: &TenantTx, changes: Value) {
        tx.audit(AuditEntry::new(self.action, self.kind, self.id, changes));
    }
}

/// Field names to before and after, of the fields that differ; a new record has no before.
pub(crate) fn changes<F: Serialize>(before: Option<&F>, after: &F) -> Value {
    let object = |fields: Option<&F>| match fields.map(serde_json::to_value) {
        Some(Ok(Value::Object(object))) => object,
        _ => Map::new(),
    };
    let (before, after) = (object(before), object(Some(after)));
    let differ = after.into_iter().filter_map(|(field, now)| {
        let was = before.get(&field).cloned().unwrap_or(Value::Null);
        (was != now).then(|| (field, json!({ "before": was, "after": now })))
    });
    Value::Object(differ.collect())
}

/// When a record is archived after a change that may archive or restore it. A change of an
/// archived record that does not restore it is refused.
pub(crate) fn archived_after(
    record: &Record,
    wanted: Option<bool>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Refusal> {
    match (wanted, record.archived_at) {
        (Some(true), was) => Ok(Some(was.unwrap_or(now))),
        (Some(false), _) | (None, None) => Ok(None),
        (None, Some(_)) => Err(Refusal::new(
            RefusalCode::Archived,
            "The record is archived: restore it first.",
            "Запись в архиве: сначала восстановите её.",
        )),
    }
}

/// Refuses to archive twice, or to restore what is in use.
pub(crate) fn archived_differs(record: &Record, wanted: bool) -> Outcome<()> {
    if record.archived_at.is_some() != wanted {
        return Ok(());
    }
    let refusal = if wanted {
        Refusal::new(
            RefusalCode::Archived,
            "The record is archived already.",
            "Запись уже в архиве.",
        )
    } else {
        Refusal::new(
            RefusalCode::IllegalTransition,
            "The record is not archived.",
            "Запись не в архиве.",
        )
    };
    Err(refusal.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Fields {
        name: &'static str,
        phone: Option<&'static str>,
    }

    #[test]
    fn only_what_differs_is_noted() {
        let before = Fields { name: "Vostok", phone: None };
        let after = Fields { name: "Vostok", phone: Some("112") };
        let noted = json!({ "phone": { "before": null, "after": "112" } });
        assert_eq!(changes(Some(&before), &after), noted);
        let noted = json!({ "name": { "before": null, "after": "Vostok" } });
        assert_eq!(changes(None, &before), noted);
    }

    #[test]
    fn an_archived_record_changes_only_by_being_restored() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut record = Record {
            version: 1,
            created_at: now,
            updated_at: now,
            created_by: None,
            archived_at: None,
        };
        assert_eq!(archived_after(&record, None, now), Ok(None));
        assert_eq!(archived_after(&record, Some(true), now), Ok(Some(now)));
        record.archived_at = Some(now);
        assert_eq!(archived_after(&record, Some(false), now), Ok(None));
        assert!(archived_after(&record, None, now).is_err());
    }
}
