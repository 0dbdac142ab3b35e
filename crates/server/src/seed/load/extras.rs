//! One or two of what the invented history has none of: custom fields, agreements on every sales
//! route, a proposal, a product in variants that is bought and sold. The same in every company.

use anyhow::{Context, Result, bail};
use catalog::{
    AgreementChanges, AttributeKind, AttributeOwner, ChoiceDraft, CreateCustomField, CreateProduct,
    CreateProductAttribute, CreateProductGroup, CustomFieldChanges, Customizable, Entry, FieldKind,
    GenerateProductVariants, Given, NewPrice, ProductAttributeChanges, ProductChanges,
    ProductGroupChanges, ProposeAgreement, SaveAgreement, SetCustomFields, SetPrices,
};
use chrono::Days;
use kernel::{Decimal, NaiveDate, ProductId, ProductVariantId, SalesRouteId, Uuid};
use sales::{ConfirmSalesOrder, CreateSalesOrder, Dispatch, LineDraft, OrderDraft, ShipSalesOrder};
use stock::commands::{CreateGoodsReceipt, PostGoodsReceipt, ReceiptLineInput};

use super::hand::Hand;
use super::masters::{Masters, percent};
use crate::seed::model::{Company, CreditPolicy, PaymentMoment};

/// Orders that are written here.
#[cfg(test)]
pub(super) const ORDERS: i64 = 1;
/// Agreements on the routes that every tenant begins with, in their order.
const ON_ROUTES: [&str; 4] =
    ["Поставка со склада", "Поставка под заказ", "Поставка по предоплате", "Поставка с отсрочкой"];
/// Of each variant, pieces.
const RECEIVED: i64 = 40;
/// Per piece: bought for it without VAT, sold for it with VAT.
const COST: i64 = 350;
const PRICE: i64 = 690;

/// What stands on cards: fields of the tenant's own, agreements on every route, a proposal.
pub(super) async fn cards(hand: &Hand, masters: &Masters, routes: &[SalesRouteId]) -> Result<()> {
    let days = ["пн, ср", "вт, чт", "ежедневно"];
    let customers = masters.customers.iter().map(|id| id.0).zip(days);
    fields::<catalog::Customer>(hand, "delivery_days", "Дни приёма товара", customers).await?;
    let countries = ["Россия", "Беларусь", "Казахстан"];
    let products = masters.products.iter().map(|id| id.0).zip(countries);
    fields::<catalog::Product>(hand, "country", "Страна происхождения", products).await?;
    let mut customers = masters.customers.iter().copied();
    for ((number, name), route) in (1..).zip(ON_ROUTES).zip(routes) {
        let fields = AgreementChanges {
            name: Some(name.to_owned()),
            sales_route_id: Some(Some(*route)),
            ..AgreementChanges::default()
        };
        let customer = customers.next().context("a demo company has some customers")?;
        let command = SaveAgreement { customer, change: None, fields, steps: None, archived: None };
        hand.does(format!("agreement on route:{number}"), command).await?;
    }
    let (Some(customer), Some(copy_of)) = (masters.customers.first(), masters.agreements.first())
    else {
        bail!("a demo company has no customers");
    };
    let fields = AgreementChanges {
        name: Some("Предложение: скидка за объём".to_owned()),
        discount_percent: Some(percent(Decimal::from(7))?),
        ..AgreementChanges::default()
    };
    let (customer, copy_of) = (*customer, Some(*copy_of));
    let command = ProposeAgreement { customer, copy_of, fields, steps: None };
    hand.does("proposal".to_owned(), command).await?;
    Ok(())
}

/// A field that lists are filtered by, and what some records hold in it.
async fn fields<S: Customizable>(
    hand: &Hand,
    key: &str,
    name: &str,
    held: impl Iterator<Item = (Uuid, &str)>,
) -> Result<()> {
    let fields = CustomFieldChanges {
        subject_kind: Some(S::KIND.to_owned()),
        key: Some(key.to_owned()),
        name: Some(name.to_owned()),
        kind: Some(FieldKind::Text),
        is_filterable: Some(true),
        ..CustomFieldChanges::default()
    };
    hand.does(format!("field:{key}"), CreateCustomField { fields }).await?;
    for (number, (record, text)) in held.enumerate() {
        let value = Some(Given::Text(text.to_owned()));
        let entries = vec![Entry { key: key.to_owned(), value }];
        let command = SetCustomFields::<S>::new(record, 1, entries);
        hand.does(format!("field:{key}:{number}"), command).await?;
    }
    Ok(())
}

/// A shirt in sizes and colours: bought some weeks before `today`, sold some days before.
pub(super) async fn variants(
    hand: &Hand,
    company: &Company,
    masters: &Masters,
    today: NaiveDate,
) -> Result<()> {
    let before = |days| today.checked_sub_days(Days::new(days)).context("a day out of all time");
    let product = shirt(hand, company).await?;
    for (place, name, values) in
        [(1, "Размер", &["S", "M", "L"][..]), (2, "Цвет", &["белый", "синий"][..])]
    {
        let choice = |value: &&str| ChoiceDraft { id: None, value: (*value).to_owned() };
        let command = CreateProductAttribute {
            owner: AttributeOwner::Product(product),
            kind: AttributeKind::Choice,
            fields: ProductAttributeChanges {
                name: Some(name.to_owned()),
                place: Some(place),
                ..ProductAttributeChanges::default()
            },
            choices: values.iter().map(choice).collect(),
        };
        hand.does(format!("attribute:{place}"), command).await?;
    }
    let command = GenerateProductVariants { product, axes: Vec::new() };
    let variants = hand.does("variants".to_owned(), command).await?;
    let prices = SetPrices {
        price_list: masters.price_list,
        valid_from: before(60)?,
        prices: vec![NewPrice::of(product, Decimal::from(PRICE))],
    };
    hand.does("variants:prices".to_owned(), prices).await?;
    receive(hand, masters, (product, &variants), before(20)?).await?;
    sell(hand, company, masters, (product, &variants), [before(12)?, before(10)?]).await
}

async fn shirt(hand: &Hand, company: &Company) -> Result<ProductId> {
    let name = Some("Фирменная одежда".to_owned());
    let fields = ProductGroupChanges { name, ..ProductGroupChanges::default() };
    let group = hand.does("variants:group".to_owned(), CreateProductGroup { fields }).await?;
    let like = company.products.first().context("a demo company sells something")?;
    let fields = ProductChanges {
        sku: Some("SHIRT".to_owned()),
        name: Some("Футболка с логотипом".to_owned()),
        group_id: Some(Some(group)),
        unit: Some("шт".to_owned()),
        vat_rate: Some(Some(percent(like.vat_rate)?)),
        has_variants: Some(true),
        ..ProductChanges::default()
    };
    hand.does("variants:product".to_owned(), CreateProduct { fields }).await
}

async fn receive(
    hand: &Hand,
    masters: &Masters,
    (product, variants): (ProductId, &[ProductVariantId]),
    on: NaiveDate,
) -> Result<()> {
    let line = |variant: &ProductVariantId| ReceiptLineInput {
        id: None,
        product_id: Some(product),
        purchase_order_line_id: None,
        variant_id: Some(*variant),
        packaging_id: None,
        quantity: Decimal::from(RECEIVED),
        lot_number: None,
        unit_cost: Some(Decimal::from(COST)),
        expires_on: None,
    };
    let draft = CreateGoodsReceipt {
        purchase_order_id: None,
        organization_id: Some(masters.organization),
        warehouse_id: masters.warehouses.first().copied(),
        occurred_on: Some(on),
        supplier_name: "Швейная фабрика «Нить»".to_owned(),
        comment: String::new(),
        external_reference: None,
        lines: variants.iter().map(line).collect(),
    };
    let id = hand.does("variants:receipt".to_owned(), draft).await?;
    let post = PostGoodsReceipt { id, version: 1 };
    hand.does("variants:receipt:post".to_owned(), post).await?;
    Ok(())
}

/// To somebody who pays afterwards and whom no debt stops.
async fn sell(
    hand: &Hand,
    company: &Company,
    masters: &Masters,
    (product, variants): (ProductId, &[ProductVariantId]),
    [ordered, shipped]: [NaiveDate; 2],
) -> Result<()> {
    let pays_afterwards = company.customers.iter().position(|customer| {
        let steps = &customer.agreement.payment_steps;
        customer.agreement.credit_policy == CreditPolicy::Warn
            && steps.iter().all(|step| step.moment == PaymentMoment::AfterShipment)
    });
    let buyer = pays_afterwards.context("somebody in a demo company pays afterwards")?;
    let line = |(variant, quantity): (&ProductVariantId, i64)| LineDraft {
        product_id: product,
        variant_id: Some(*variant),
        packaging_id: None,
        quantity: Decimal::from(quantity),
        price: None,
        discount_percent: None,
        quote_line_id: None,
    };
    let draft = OrderDraft {
        customer_id: masters.customers[buyer],
        agreement_id: None,
        sales_route_id: None,
        organization_id: None,
        manager_id: None,
        warehouse_id: masters.warehouses.first().copied(),
        allowed_warehouses: Vec::new(),
        date: Some(ordered),
        requested_ship_date: None,
        external_reference: None,
        comment: None,
        quote_id: None,
        lines: variants.iter().zip([12, 6, 18]).map(line).collect(),
    };
    let order_id = hand.does("variants:order".to_owned(), CreateSalesOrder { draft }).await?;
    let confirm = ConfirmSalesOrder { id: order_id, version: None };
    hand.does("variants:order:confirm".to_owned(), confirm).await?;
    let dispatch = Dispatch {
        order_id,
        warehouse_id: None,
        date: Some(shipped),
        lines: None,
        comment: None,
        external_reference: None,
    };
    let ship = ShipSalesOrder { dispatch, version: None };
    hand.does("variants:shipment".to_owned(), ship).await?;
    Ok(())
}
