//! One record with what belongs to it.

use kernel::{
    AttributeChoiceId, CustomerId, LotId, OrderId, PaymentId, ProductAttributeId, ProductId,
    ReceiptId, ReceivableId, ShipmentId,
};
use serde_json::json;

use super::super::company::made;
use super::{Ask, Case};

pub fn cards(ask: &Ask) -> Vec<Case> {
    let order = json!({"id": made::<OrderId>(13, 25_010)});
    let customer = json!({"id": made::<CustomerId>(7, 4_321)});
    vec![
        ask(
            "an order",
            "query($id: ID!) { order(id: $id) { number state customer { name } manager { name }
             lines { quantity price { amount } product { name sku } } } }",
            order.clone(),
            &["sales_order_pkey", "sales_order_line_position"],
        ),
        ask(
            "an order with all that came of it",
            "query($id: ID!) { order(id: $id) { number agreement { name } organization { name }
             lines { reserved reservations { quantity lot { receivedOn } } short }
             shipments { number lines { quantity lots { quantity } } movements { quantity }
                 receivables { open { amount } } }
             payments { number allocations { amount { amount } } }
             receivables { open { amount } } history { action } } }",
            order,
            &["shipment_of_order", "payment_order", "receivable_balance_order"],
        ),
        ask(
            "a customer with his documents",
            "query($id: ID!) { customer(id: $id) { name contacts { name } agreements { name }
             orders(first: 20) { nodes { number } } shipments(first: 20) { nodes { number } }
             receivables(open: true, first: 20) { nodes { open { amount } } }
             payments(first: 20) { nodes { number } } } }",
            customer.clone(),
            &["sales_order_of_customer", "shipment_of_customer", "payment_customer"],
        ),
        ask(
            "a customer with the cards that went into his",
            "query($id: ID!) { customer(id: $id) { name mergedCards { name mergedAt
             mergedInto { name } history { action } } } }",
            customer,
            &["customer_merged"],
        ),
        ask(
            "a product with its stock and prices",
            "query($id: ID!) { product(id: $id) { name group { name }
             stock { onHand available warehouse { name } }
             lots { receivedOn balances { onHand } movements { quantity } }
             currentPrices { price priceList { name } } history { action } } }",
            json!({"id": made::<ProductId>(6, 12_345)}),
            &["product_pkey", "stock_balance_in_stock", "price_key", "audit_trail_subject"],
        ),
        ask(
            "a product in variants with their stock and prices",
            "query($id: ID!) { product(id: $id) { name attributes { name choices { value } }
             variants(first: 20) { totalCount { count } nodes { sku values { shown } barcodes { code }
                 stockTotal { onHand } lots { receivedOn } currentPrices { price } } } } }",
            json!({"id": made::<ProductId>(6, 1_234)}),
            &["product_variant_of", "stock_balance_in_stock", "product_variant_value_pkey"],
        ),
        ask(
            "variants by a value",
            "query($filter: ProductVariantFilter) { productVariants(filter: $filter, first: 20) {
             nodes { sku values { shown } product { sku } } } }",
            json!({"filter": {"values": [{"attributeId": made::<ProductAttributeId>(32, 35),
                "choiceIds": [made::<AttributeChoiceId>(33, 35)]}]}}),
            &["product_variant_value_found"],
        ),
        ask(
            "all variants",
            "{ productVariants(first: 20) { nodes { sku } } }",
            json!({}),
            &["product_variant_"],
        ),
        ask(
            "a product by its code",
            "query($sku: String!) { product(sku: $sku) { name } }",
            json!({"sku": "SKU-012345"}),
            &["product_sku_key"],
        ),
    ]
}

pub fn nodes(ask: &Ask) -> Vec<Case> {
    let nodes: Vec<String> = (0..50).map(|n| made::<OrderId>(13, 100 + n * 500)).collect();
    let nodes: Vec<String> =
        nodes.into_iter().chain((0..50).map(|n| made::<ProductId>(6, 100 + n * 500))).collect();
    vec![
        ask(
            "a hundred records by their ids",
            "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on SalesOrder { number
             customer { name } lines { quantity product { name } } }
             ... on Product { sku stock { onHand } } } }",
            json!({"ids": nodes}),
            &["sales_order_pkey", "product_pkey"],
        ),
        ask(
            "records of other kinds by their ids",
            "query($ids: [ID!]!) { nodes(ids: $ids) { id
             ... on Shipment { number lines { quantity product { name } } }
             ... on Payment { number allocations { amount { amount } } }
             ... on Receivable { open { amount } allocations { amount { amount } } }
             ... on GoodsReceipt { number lines { quantity product { name } } }
             ... on Lot { receivedOn balances { onHand } } } }",
            json!({"ids": [
                made::<ShipmentId>(16, 25_010), made::<PaymentId>(19, 25_010),
                made::<ReceivableId>(18, 25_010), made::<ReceiptId>(10, 400),
                made::<LotId>(12, 400),
            ]}),
            &["shipment_pkey", "payment_pkey", "goods_receipt_pkey", "lot_"],
        ),
    ]
}
