//! What every document of the house checks and refuses alike.

use access::{Permit, Right};
use catalog::{OrganizationCard, WarehouseCard, check_period};
use chrono::Datelike;
use db::{CommandError, Outcome, Series, TenantTx};
use kernel::{NaiveDate, OrganizationId, Refusal, RefusalCode, WarehouseId};
use serde_json::json;

use crate::rules::reversal_date;

/// Characters of a comment.
const MOST_COMMENT: usize = 2000;
/// Characters of a reference.
const MOST_NAME: usize = 200;
/// Characters of a reason.
const MOST_REASON: usize = 500;

/// Checks a note and a reference.
pub(crate) fn check_text(comment: &str, reference: Option<&str>) -> Result<(), Refusal> {
    let too_long = |field: &str, most: usize| {
        Refusal::new(
            RefusalCode::OutOfRange,
            format!("At most {most} characters, and no empty reference."),
            format!("Не больше {most} символов; пустая ссылка недопустима."),
        )
        .at([field])
    };
    if comment.chars().count() > MOST_COMMENT {
        return Err(too_long("comment", MOST_COMMENT));
    }
    match reference {
        Some(text) if text.is_empty() || text.chars().count() > MOST_NAME => {
            Err(too_long("externalReference", MOST_NAME))
        }
        _ => Ok(()),
    }
}

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

/// The organization, held so that its period stays open until the end.
pub(crate) async fn held_organization<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrganizationId,
) -> Outcome<OrganizationCard> {
    let card = catalog::hold_organization(tx, permit, id).await?;
    card.ok_or(CommandError::NotFound)
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

/// The next number of a kind. Kinds other than those law wants gapless take them in blocks.
pub(crate) async fn number(
    tx: &TenantTx,
    organization: &OrganizationCard,
    kind: &'static str,
    day: NaiveDate,
) -> Outcome<String> {
    let series = Series { organization: organization.id, kind, year: day.year() };
    let number = tx.number(&series).await?;
    Ok(format!("{}-{number:06}", organization.prefix))
}

/// Checks the version that the user has read.
pub(crate) fn stale(read: i32, current: i32) -> Result<(), Refusal> {
    if read == current {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::StaleVersion,
        "The document was changed since you read it.",
        "Документ был изменён после того, как вы его прочитали.",
    )
    .with(json!({ "currentVersion": current })))
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
