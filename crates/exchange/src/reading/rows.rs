//! What a row of each kind of file says.

use catalog::{
    ChannelKind, Consent, ContactChanges, ContactRow, CustomerChanges, CustomerRow, Named,
    PriceRow, ProductChanges, ProductRow, ProductVariantChanges, VariantRow,
};
use kernel::{Decimal, NaiveDate, Percent};
use sheets::Reason;
use stock::commands::OpeningRow;

use super::{Cells, CustomerDraft};
use crate::custom::CustomColumn;

/// What parts a group from the one it lies in.
const ABOVE: char = '>';
/// What parts several telephones or addresses in one cell.
const LISTED: &[char] = &[';', ',', '|', '\n'];
/// Fewer digits than a telephone has: what follows a comma is a part of the number before it.
const TELEPHONE_DIGITS: usize = 5;
/// How "without VAT" is written; an empty cell says nothing.
const WITHOUT_VAT: &[&str] = &["без ндс", "не облагается", "without vat", "no vat", "none"];
const CONSENTS: &[&str] = &["да", "дано", "получено", "есть", "yes", "given", "true", "1"];
/// In doubt nobody is called.
const DISSENTS: &[&str] = &["нет", "отозвано", "отказ", "no", "withdrawn", "false", "0"];

impl Cells<'_> {
    fn text(&mut self, field: &str) -> Option<String> {
        self.get(field, |reading, cell| reading.text(cell))
    }

    fn number(&mut self, field: &str) -> Option<Decimal> {
        self.get(field, |reading, cell| reading.decimal(cell))
    }

    fn day(&mut self, field: &str) -> Option<NaiveDate> {
        self.get(field, |reading, cell| reading.date(cell))
    }

    fn flag(&mut self, field: &str) -> Option<bool> {
        self.get(field, |reading, cell| reading.boolean(cell))
    }

    fn named(&mut self, reference: &str, name: &str) -> Named {
        Named { reference: self.text(reference), name: self.text(name) }
    }

    fn vat_rate(&mut self) -> Option<Option<Percent>> {
        self.get("vatRate", |reading, cell| {
            let text = reading.text(cell)?;
            let Some(text) = text else { return Ok(None) };
            if WITHOUT_VAT.contains(&text.to_lowercase().as_str()) {
                return Ok(Some(None));
            }
            let Some(percent) = reading.percent(cell)? else { return Ok(None) };
            let odd = |_| Reason::OutOfRange { value: text };
            Percent::new(percent).map(Some).map(Some).map_err(odd)
        })
    }

    pub(super) fn product(&mut self) -> ProductRow {
        let sku = self.text("sku");
        let reference = self.text("externalReference");
        if let Some(sku) = &sku {
            self.once("sku", sku);
        }
        if let Some(reference) = &reference {
            self.once("externalReference", reference);
        }
        let path = self.text("group");
        let group = path.map(|path| path.split(ABOVE).map(|name| name.trim().to_owned()).collect());
        ProductRow {
            place: self.row.number,
            changes: ProductChanges {
                sku,
                name: self.text("name"),
                unit: self.text("unit"),
                vat_rate: self.vat_rate(),
                is_service: self.flag("isService"),
                has_variants: self.flag("hasVariants"),
                external_reference: reference.map(Some),
                ..ProductChanges::default()
            },
            group,
            price: self.number("price"),
            custom: self.custom(),
        }
    }

    pub(super) fn variant(&mut self) -> VariantRow {
        let reference = self.text("externalReference");
        let sku = self.text("variantSku");
        // Rows with neither are told apart by their values, when their products are known.
        match (&reference, &sku) {
            (Some(reference), _) => self.once("externalReference", reference),
            (None, Some(sku)) => self.once("variantSku", sku),
            (None, None) => {}
        }
        VariantRow {
            place: self.row.number,
            product: self.named("productReference", "sku"),
            changes: ProductVariantChanges {
                sku,
                name: self.text("name"),
                external_reference: reference.map(Some),
            },
            values: self.own(CustomColumn::attribute),
        }
    }

    pub(super) fn customer(&mut self) -> CustomerDraft {
        let reference = self.text("externalReference");
        let (inn, kpp) = (self.text("inn"), self.text("kpp"));
        match (&reference, &inn) {
            (Some(reference), _) => self.once("externalReference", reference),
            (None, Some(inn)) => self.once("inn", &(inn, &kpp)),
            (None, None) => {}
        }
        CustomerDraft {
            manager: self.text("manager").map(|email| email.to_lowercase()),
            row: CustomerRow {
                place: self.row.number,
                region: self.text("region"),
                custom: self.custom(),
                changes: CustomerChanges {
                    name: self.text("name"),
                    legal_name: self.text("legalName").map(Some),
                    inn: inn.map(Some),
                    kpp: kpp.map(Some),
                    phone: self.text("phone").map(Some),
                    email: self.text("email").map(Some),
                    address: self.text("address").map(Some),
                    external_reference: reference.map(Some),
                    ..CustomerChanges::default()
                },
            },
        }
    }

    fn consent(&mut self) -> Option<Consent> {
        self.get("consent", |reading, cell| {
            let Some(text) = reading.text(cell)? else { return Ok(None) };
            let word = text.to_lowercase();
            match word.as_str() {
                word if CONSENTS.contains(&word) => Ok(Some(Consent::Given)),
                word if DISSENTS.contains(&word) => Ok(Some(Consent::Withdrawn)),
                _ => Err(Reason::NotBoolean { value: text }),
            }
        })
    }

    pub(super) fn contact(&mut self) -> ContactRow {
        let reference = self.text("externalReference");
        let customer = self.text("customerReference");
        let (inn, kpp) = (self.text("customerInn"), self.text("customerKpp"));
        let name = self.text("name");
        match &reference {
            Some(reference) => self.once("externalReference", reference),
            None => {
                let name = name.as_deref().map(str::to_lowercase);
                self.once("name", &(&customer, &inn, &kpp, name));
            }
        }
        let mut channels = Vec::new();
        for (field, kind) in [
            ("phone", ChannelKind::Phone),
            ("email", ChannelKind::Email),
            ("telegram", ChannelKind::Telegram),
        ] {
            let listed = self.text(field).map(|text| listed(&text, kind));
            channels.extend(listed.filter(|values| !values.is_empty()).map(|l| (kind, l)));
        }
        ContactRow {
            place: self.row.number,
            customer,
            inn,
            kpp,
            changes: ContactChanges {
                name,
                position: self.text("position").map(Some),
                birthday: self.day("birthday").map(Some),
                consent: self.consent().map(Some),
                consent_since: self.day("consentSince").map(Some),
                consent_how: self.text("consentHow").map(Some),
                comment: self.text("comment").map(Some),
                external_reference: reference.map(Some),
                ..ContactChanges::default()
            },
            channels,
        }
    }

    pub(super) fn price(&mut self) -> PriceRow {
        let row = PriceRow {
            place: self.row.number,
            list: self.named("priceListReference", "priceList"),
            product: self.named("productReference", "sku"),
            variant: self.named("variantReference", "variantSku"),
            packaging: self.text("packaging"),
            valid_from: self.day("validFrom"),
            min_quantity: self.number("minQuantity"),
            price: self.number("price"),
        };
        let of = (&row.list, &row.product, &row.variant);
        self.once("sku", &(of, &row.packaging, row.valid_from, row.min_quantity));
        row
    }

    pub(super) fn stock(&mut self) -> OpeningRow {
        let row = OpeningRow {
            place: self.row.number,
            organization: self.named("organizationReference", "organization"),
            warehouse: self.named("warehouseReference", "warehouse"),
            product: self.named("productReference", "sku"),
            variant: self.named("variantReference", "variantSku"),
            packaging: self.text("packaging"),
            quantity: self.number("quantity"),
            lot_number: self.text("lotNumber"),
            expires_on: self.day("expiresOn"),
            date: self.day("date"),
            received_on: self.day("receivedOn"),
            unit_cost: self.number("unitCost"),
            external_reference: self.text("externalReference"),
        };
        match &row.external_reference {
            Some(reference) => self.once("externalReference", reference),
            None => self.once(
                "sku",
                &(
                    (&row.organization, &row.warehouse, &row.product, &row.variant),
                    (&row.lot_number, row.expires_on, row.date, row.received_on),
                ),
            ),
        }
        row
    }
}

/// The telephones or addresses of one cell.
fn listed(text: &str, kind: ChannelKind) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for piece in text.split(LISTED).map(str::trim).filter(|piece| !piece.is_empty()) {
        let digits = piece.chars().filter(char::is_ascii_digit).count();
        match values.last_mut() {
            Some(last) if kind == ChannelKind::Phone && digits < TELEPHONE_DIGITS => {
                last.push_str(", ");
                last.push_str(piece);
            }
            _ => values.push(piece.to_owned()),
        }
    }
    values
}
