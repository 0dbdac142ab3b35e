//! What every document of the house checks and refuses alike.

use access::{Permit, Right};
use catalog::{OrganizationCard, WarehouseCard, check_period};
use db::{Outcome, TenantTx};
use kernel::{NaiveDate, OrganizationId, Refusal, RefusalCode, WarehouseId};

use crate::rules::reversal_date;

/// Characters of a reason.
const MOST_REASON: usize = 500;

/// A reason that has to be given.
pub(crate) fn reason(text: Option<&str>, field: &str) -> Result<String, Refusal> {
    let text = text.map(str::trim).unwrap_or_default();
    if (1..=MOST_REASON).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(Refusal::new(
        RefusalCode::Required,
        format!("Say why, in 1 to {MOST_REASON} characters."),
        format!("Укажите причину, от 1 до {MOST_REASON} символов."),
    )
    .at([field]))
}

/// The organization that is named, else the default one; not an archived one.
pub(crate) async fn organization<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: Option<OrganizationId>,
) -> Outcome<OrganizationCard> {
    let card = catalog::organization_card(tx, permit, id).await?;
    card.ok_or_else(|| {
        Refusal::new(
            RefusalCode::UnknownReference,
            "There is no such organization, or it is archived.",
            "Такой организации нет, или она в архиве.",
        )
        .at(["organizationId"])
        .into()
    })
}

/// Checks that a document may be posted on a day.
pub(crate) fn check_day<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: &OrganizationCard,
    day: NaiveDate,
) -> Result<(), Refusal> {
    let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
    check_period(organization, day, tx.today(), may_backdate)
        .map_err(|refusal| Refusal::from(refusal).at(["date"]))
}

/// The day of a document's reversal: its own, or the first open one where that is closed.
///
/// # Errors
/// `PERIOD_CLOSED` where the first open day has not come yet.
pub(crate) fn reversal_day(
    tx: &TenantTx,
    organization: &OrganizationCard,
    document_on: NaiveDate,
) -> Result<NaiveDate, Refusal> {
    let day = reversal_date(document_on, organization.closed_until);
    if day <= tx.today() {
        return Ok(day);
    }
    Err(Refusal::new(
        RefusalCode::PeriodClosed,
        format!("The period is closed; the first open day is {day}."),
        format!("Период закрыт; первый открытый день — {}.", day.format("%d.%m.%Y")),
    ))
}

/// A warehouse that is named, else the default one; not an archived one.
pub(crate) async fn warehouse<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: Option<WarehouseId>,
    field: &str,
) -> Outcome<WarehouseCard> {
    let card = match id {
        Some(id) => catalog::warehouse_cards(tx, permit, &[id]).await?.remove(&id),
        None => catalog::default_warehouse(tx, permit).await?,
    };
    let (code, en, ru) = match card {
        Some(card) if !card.archived => return Ok(card),
        Some(_) => (RefusalCode::Archived, "The warehouse is archived.", "Склад в архиве."),
        None => {
            let code =
                if id.is_some() { RefusalCode::UnknownReference } else { RefusalCode::Required };
            (code, "There is no such warehouse.", "Такого склада нет.")
        }
    };
    Err(Refusal::new(code, en, ru).at([field]).into())
}

pub(crate) fn no_lines() -> Refusal {
    Refusal::new(RefusalCode::NoLines, "The document has no lines.", "В документе нет строк.")
}

pub(crate) fn reference_taken() -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another document of this kind has this external reference.",
        "Эта внешняя ссылка уже занята другим документом этого вида.",
    )
    .at(["externalReference"])
}

pub(crate) fn foreign_line(place: usize) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The document has no such line, or it is named twice.",
        "В документе нет такой строки, либо она указана дважды.",
    )
    .at(["lines".to_owned(), place.to_string(), "lineId".to_owned()])
}
