//! What people say of a delivery, checked.

use access::{Forbidden, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::{
    CustomerId, Decimal, DeliveryAddressId, Money, Quantity, Refusal, RefusalCode, ScaleError,
};

use super::super::store::NewPackage;
use crate::rules::{out_of_scale, short_text, unknown};

/// Most kinds of packages of one delivery.
const MOST_PACKAGES: usize = 500;
/// Most packages of one kind.
const MOST_COUNT: i32 = 100_000;
/// Places of a volume in cubic metres.
const VOLUME_PLACES: u32 = 6;

/// Packages of one kind as a client writes them.
#[derive(Clone, Debug)]
pub struct PackageDraft {
    /// What it is: "box", "pallet".
    pub name: String,
    /// What is written on it.
    pub mark: Option<String>,
    /// How many, above zero.
    pub count: i32,
    /// Gross weight of one, kilograms, at most three places.
    pub weight_kg: Option<Decimal>,
    /// Volume of one, cubic metres, at most six places.
    pub volume_m3: Option<Decimal>,
}

/// Packages as they are written.
pub(super) fn packages(drafts: &[PackageDraft]) -> Result<Vec<NewPackage>, Refusal> {
    if drafts.len() > MOST_PACKAGES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_PACKAGES} kinds of packages."),
            format!("Не более {MOST_PACKAGES} видов мест."),
        )
        .at(["packages"]));
    }
    drafts.iter().enumerate().map(|(index, draft)| package(index, draft)).collect()
}

fn package(index: usize, draft: &PackageDraft) -> Result<NewPackage, Refusal> {
    let at = |refusal: Refusal, field: &str| {
        refusal.at(["packages".to_owned(), index.to_string(), field.to_owned()])
    };
    let text = |field, text| short_text(field, text).map_err(|refusal| at(refusal, field));
    let name = text("name", Some(&draft.name))?.ok_or_else(|| {
        let refusal =
            Refusal::new(RefusalCode::Required, "Name the package.", "Назовите грузовое место.");
        at(refusal, "name")
    })?;
    if !(1..=MOST_COUNT).contains(&draft.count) {
        let refusal = Refusal::new(
            RefusalCode::OutOfRange,
            format!("From 1 to {MOST_COUNT}."),
            format!("От 1 до {MOST_COUNT}."),
        );
        return Err(at(refusal, "count"));
    }
    let weight = |weight| Quantity::positive(weight).map(Quantity::get);
    let weight_kg = draft.weight_kg.map(weight).transpose();
    let volume_m3 = draft.volume_m3.map(volume).transpose();
    Ok(NewPackage {
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        name,
        mark: text("mark", draft.mark.as_deref())?,
        count: draft.count,
        weight_kg: weight_kg.map_err(|error| at(out_of_scale(error), "weightKg"))?,
        volume_m3: volume_m3.map_err(|error| at(out_of_scale(error), "volumeM3"))?,
    })
}

fn volume(volume: Decimal) -> Result<Decimal, ScaleError> {
    let volume = volume.normalize();
    match volume {
        v if v <= Decimal::ZERO => Err(ScaleError::TooSmall),
        v if v.scale() > VOLUME_PLACES => Err(ScaleError::TooManyPlaces(VOLUME_PLACES)),
        v if v >= Decimal::from(1_000_000) => Err(ScaleError::TooLarge),
        v => Ok(v),
    }
}

/// What carrying costs, base currency; only who may set costs says it.
pub(super) fn cost<A>(permit: &Permit<A>, cost: Option<Decimal>) -> Outcome<Option<Decimal>> {
    let Some(cost) = cost else { return Ok(None) };
    if permit.scope().reach(Right::DeliveryCost).is_none() {
        return Err(Forbidden(Right::DeliveryCost).into());
    }
    Ok(Some(checked_cost(permit, cost)?))
}

/// A cost that is zero or more and fits.
pub(super) fn checked_cost<A>(permit: &Permit<A>, cost: Decimal) -> Result<Decimal, Refusal> {
    let base = permit.scope().facts().base_currency;
    let error = match Money::checked(cost, base) {
        Ok(money) if money.amount >= Decimal::ZERO => return Ok(money.amount),
        Ok(_) => ScaleError::TooSmall,
        Err(error) => error,
    };
    Err(out_of_scale(error).at(["cost"]))
}

/// Where to: the address named, with what it says, unless the client says otherwise.
pub(super) async fn address<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    id: DeliveryAddressId,
) -> Outcome<String> {
    let found = catalog::delivery_address(tx, permit, customer, id).await?;
    found.ok_or_else(|| {
        unknown("deliveryAddressId", "address of this customer", "адрес этого клиента").into()
    })
}
