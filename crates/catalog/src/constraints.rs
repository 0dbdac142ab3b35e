//! What the database's named constraints mean to people.

use db::{CommandError, Fault, Outcome};
use kernel::{Refusal, RefusalCode};

/// Turns the violation of a constraint of the catalog's tables into its refusal.
pub(crate) fn known<T>(result: Result<T, Fault>) -> Outcome<T> {
    result.map_err(|fault| match fault.constraint().and_then(refusal_of) {
        Some(refusal) => refusal.into(),
        None => CommandError::Fault(fault),
    })
}

fn refusal_of(constraint: &str) -> Option<Refusal> {
    if constraint.ends_with("_external_reference_key") {
        return Some(taken("externalReference"));
    }
    Some(match constraint {
        "organization_name_key"
        | "warehouse_name_key"
        | "region_name_key"
        | "sales_channel_name_key"
        | "price_segment_name_key"
        | "sales_route_name_key"
        | "vat_category_name_key"
        | "bin_name_key"
        | "price_list_name_key"
        | "discount_rule_name_key"
        | "agreement_name_key"
        | "product_packaging_name_key"
        | "product_attribute_name_key" => taken("name"),
        "custom_field_key_key" => taken("key"),
        "organization_prefix_key" => taken("prefix"),
        "product_sku_key" | "product_variant_sku_key" => taken("sku"),
        "product_variant_combination_key" => taken("values"),
        "product_attribute_choice_value_key" => taken("choices"),
        "product_attribute_group_fkey" => unknown("groupId"),
        "product_attribute_product_fkey" => unknown("productId"),
        "currency_code_key" | "supplier_item_code_key" => taken("code"),
        "customer_region_fkey" => unknown("regionId"),
        "customer_sales_channel_fkey" => unknown("salesChannelId"),
        "customer_price_segment_fkey" => unknown("priceSegmentId"),
        "customer_department_fkey" => unknown("departmentId"),
        "customer_team_fkey" => unknown("teamId"),
        "product_vat_category_fkey" => unknown("vatCategoryId"),
        "price_segment_price_list_fkey" => unknown("priceListId"),
        "bin_warehouse_fkey" => unknown("warehouseId"),
        "supplier_item_supplier_fkey" => unknown("supplierId"),
        "supplier_item_product_fkey" => unknown("productId"),
        "supplier_item_packaging_fkey" => unknown("packagingId"),
        "vat_rate_organization_fkey" => unknown("organizationId"),
        "customer_manager_fkey" => unknown("managerId"),
        "agreement_organization_fkey" => unknown("organizationId"),
        "agreement_sales_route_fkey" | "sales_order_sales_route_fkey" => unknown("salesRouteId"),
        "agreement_price_list_fkey" | "price_price_list_fkey" => unknown("priceListId"),
        "contract_organization_fkey" => unknown("organizationId"),
        "delivery_address_region_fkey" => unknown("regionId"),
        "contract_number_key" => taken("number"),
        "product_group_parent_fkey" => unknown("parentId"),
        "product_barcode_pkey" => taken("barcodes"),
        "product_barcode_packaging_fkey" | "product_barcode_variant_fkey" => unknown("barcodes"),
        "product_substitute_substitute_fkey" => unknown("substituteIds"),
        "product_group_fkey" => unknown("groupId"),
        "discount_rule_segment_fkey" => unknown("priceSegmentId"),
        "discount_rule_group_fkey" => unknown("productGroupId"),
        "discount_rule_product_fkey" => unknown("productId"),
        "discount_rule_channel_fkey" => unknown("salesChannelId"),
        "price_list_base_fkey" => unknown("baseListId"),
        "price_change_source_fkey" => unknown("sourceListId"),
        "price_variant_fkey" | "agreement_price_variant_fkey" => unknown("variantId"),
        "price_packaging_fkey" | "agreement_price_packaging_fkey" => unknown("packagingId"),
        "organization_default"
        | "warehouse_default"
        | "price_list_default"
        | "agreement_default"
        | "delivery_address_default" => default_taken(),
        _ => return None,
    })
}

fn default_taken() -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another record became the default at the same moment: try again.",
        "Другая запись стала основной в тот же миг: попробуйте ещё раз.",
    )
    .at(["isDefault"])
}

fn taken(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another record has this value already.",
        "Это значение уже есть у другой записи.",
    )
    .at([field])
}

/// A record named by the input is not there.
pub(crate) fn unknown(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The record named here does not exist.",
        "Указанной здесь записи нет.",
    )
    .at([field])
}
