//! Lists of customers and products, and the searches in them.

use kernel::{PriceListId, ProductGroupId, ProductId, RegionId, SupplierId, UserId, WarehouseId};
use serde_json::json;

use super::super::company::{Large, made};
use super::{Ask, Case};

const CUSTOMERS: &str = "query($filter: CustomerFilter, $by: CustomerOrder, $search: String) {
    customers(filter: $filter, orderBy: $by, search: $search) {
        nodes { name manager { name } region { name } } } }";
const DUPLICATES: &str = "query($input: CustomerDuplicatesInput!) {
    customerDuplicates(input: $input) { score matched customer { name } } }";
const PRODUCTS: &str = "query($filter: ProductFilter, $by: ProductOrder, $search: String) {
    products(filter: $filter, orderBy: $by, search: $search) {
        nodes { name sku group { name } stock { available } currentPrices { price } } } }";

pub fn customers(ask: &Ask, company: &Large) -> Vec<Case> {
    let customers = |name, variables, indexes| ask(name, CUSTOMERS, variables, indexes);
    let manager = made::<UserId>(1, 7);
    let region = made::<RegionId>(4, 7);
    vec![
        customers("customers by name", json!({"by": {"field": "NAME"}}), &["customer_order_name"]),
        customers(
            "customers by age",
            json!({"by": {"field": "CREATED_AT"}}),
            &["customer_order_created"],
        ),
        customers(
            "a manager's customers",
            json!({"filter": {"managerId": manager}}),
            &["customer_manager"],
        ),
        customers(
            "a region's customers",
            json!({"filter": {"regionId": region}}),
            &["customer_region"],
        ),
        customers(
            "a customer by his INN",
            json!({"filter": {"inn": "7777774321"}}),
            &["customer_inn"],
        ),
        customers(
            "a customer by his name elsewhere",
            json!({"filter": {"externalReference": "C4321"}}),
            &["customer_external_reference_key"],
        ),
        // Every fourth has this first word: the index finds one word, the others are compared.
        customers("customers found by text", json!({"search": "прогр 43"}), &["customer_search"])
            .reading(5_000.0),
        customers(
            "customers found by a telephone",
            json!({"search": "79000004321"}),
            &["customer_phone", "contact_channel_value"],
        ),
        customers(
            "customers found by a wrong letter",
            json!({"search": "прагресс 4321"}),
            &["search_word", "customer_order_name"],
        )
        .reading(5_000.0),
        customers("her customers", json!({}), &["customer_manager"]).by(&company.anna),
        customers("her customers found by text", json!({"search": "гранит"}), &[])
            .by(&company.anna)
            .reading(5_000.0),
        customers(
            "customers with a tag",
            json!({"filter": {"tags": ["Tag 7"]}}),
            &["customer_tag_pkey"],
        ),
        customers(
            "a customer by his VAT number",
            json!({"filter": {"vatId": "DE000004321"}}),
            &["customer_vat_id"],
        ),
        ask(
            "customers that may be the same",
            DUPLICATES,
            json!({"input": {
                "name": "ООО «Гранит 4322»", "inn": "7777774321", "vatId": "DE000004321",
                "phone": "8 901 000-43-21", "email": "C4321@plans.example",
            }}),
            &[
                "customer_inn",
                "customer_vat_id",
                "customer_phone",
                "customer_email",
                "customer_company",
                "contact_channel_value",
            ],
        )
        .reading(5_000.0),
        customers(
            "archived customers",
            json!({"filter": {"archived": "ONLY"}}),
            &["customer_archived"],
        ),
    ]
}

pub fn products(ask: &Ask) -> Vec<Case> {
    let products = |name, variables, indexes| ask(name, PRODUCTS, variables, indexes);
    let group = made::<ProductGroupId>(5, 7);
    let product = made::<ProductId>(6, 1234);
    vec![
        products("products by name", json!({"by": {"field": "NAME"}}), &["product_order_name"]),
        products("products by code", json!({"by": {"field": "SKU"}}), &["product_order_sku"]),
        products("products by age", json!({"by": {"field": "CREATED_AT"}}),
            &["product_order_created"]),
        products("a group's products", json!({"filter": {"groupId": group}}),
            &["product_group_members"]),
        products("products found by text", json!({"search": "рпич 12347"}), &["product_search"])
            .reading(10_000.0),
        products("products found by code", json!({"search": "sku-0123"}), &["product_code"]),
        products("products found on another keyboard", json!({"search": "rbhgbx 12347"}),
            &["product_order_name"])
            .reading(10_000.0),
        products("products found by a wrong letter", json!({"search": "кирпмч 12347"}),
            &["search_word", "product_order_name"])
            .reading(10_000.0),
        products("a product found by its barcode", json!({"search": "CODE-012345"}),
            &["product_barcode_pkey"]),
        ask("a scanned code", "query($code: String!) { productByBarcode(code: $code) {
            product { name } packaging { name } } }", json!({"code": "CODE-001234"}),
            &["product_barcode_pkey", "product_packaging_pkey"]),
        ask("a product's card", "query($id: ID!) { product(id: $id) { name
            packagings { name } barcodes { code } substitutes { name } substituteFor { name }
            stockTotal { available } purchases { lastPrice { amount } averagePrice { amount } }
            stock { lots { lot { expiresOn } } } currentPrices { price } } }",
            json!({"id": product}),
            &["product_packaging_name_key", "product_barcode_product", "product_substitute_pkey",
              "product_substitute_of", "lot_product"]),
        products("services", json!({"filter": {"isService": true}}), &["product_services"]),
        products("archived products", json!({"filter": {"archived": "ONLY"}}),
            &["product_archived"]),
        ask("a group with its products", "query($id: ID!) { node(id: $id) { ... on ProductGroup {
            name products { name } children { name } } } }", json!({"id": group}),
            &["product_group_members"]),
        ask("a list's prices", "query($id: ID!) { node(id: $id) { ... on PriceList {
            prices(on: \"2026-01-01\") { nodes { product { name } prices { price } } } } } }",
            json!({"id": made::<PriceListId>(3, 1)}), &["price_key"]),
        ask("a change of a group's prices", "query($list: ID!, $group: ID!) {
            previewPriceChange(input: {priceListId: $list, validFrom: \"2030-01-01\",
                productGroupIds: [$group], percent: \"7\"}) { preview { products {
                nodes { product { name } prices { oldPrice newPrice warnings } } } } } }",
            json!({"list": made::<PriceListId>(3, 1), "group": group}),
            &["product_group_members", "price_key"]),
        ask("what is sold and where", "{ organizations { nodes { name } }
            warehouses { nodes { name } } regions { nodes { name } } productGroups { nodes { name } }
            priceLists { nodes { name } } users { nodes { name } } }", json!({}), &[]),
    ]
}

pub fn directories(ask: &Ask) -> Vec<Case> {
    let supplier = json!({"id": made::<SupplierId>(23, 7)});
    vec![
        ask(
            "suppliers by name",
            "{ suppliers { nodes { name } } }",
            json!({}),
            &["supplier_order"],
        ),
        ask(
            "a supplier with what it sells",
            "query($id: ID!) { supplier(id: $id) { name
            items { code product { name } prices { price } } } }",
            supplier.clone(),
            &["supplier_item_supplier", "supplier_price_pkey"],
        ),
        ask(
            "a supplier's items by name",
            "query($id: ID) { supplierItems(filter: {supplierId: $id})
            { nodes { code supplier { name } } } }",
            supplier,
            &["supplier_item_supplier"],
        ),
        ask(
            "items by name",
            "{ supplierItems { nodes { code } } }",
            json!({}),
            &["supplier_item_order"],
        ),
        ask(
            "who sells a product",
            "query($id: ID!) { product(id: $id) { supplierItems { code } } }",
            json!({"id": made::<ProductId>(6, 7)}),
            &["supplier_item_product"],
        ),
        ask("bins by name", "{ bins { nodes { name } } }", json!({}), &["bin_order"]),
        ask(
            "a warehouse's bins",
            "query($id: ID!) { warehouse(id: $id) { bins { name } } }",
            json!({"id": made::<WarehouseId>(2, 1)}),
            &["bin_walk"],
        ),
        ask(
            "currencies and their rates",
            "{ currencies { nodes { code rate { rate }
            rates(first: 10) { rate } } } }",
            json!({}),
            &["currency_rate_pkey"],
        ),
    ]
}
