-- Gaps of imports, exports and what stands beside them.

-- Variants of products come in from files.
alter table import_job
    drop constraint import_job_kind,
    add constraint import_job_kind check
        (kind in ('PRODUCTS', 'PRODUCT_VARIANTS', 'CUSTOMERS', 'CONTACTS', 'PRICES', 'STOCK'));
alter table import_profile
    drop constraint import_profile_kind,
    add constraint import_profile_kind check
        (kind in ('PRODUCTS', 'PRODUCT_VARIANTS', 'CUSTOMERS', 'CONTACTS', 'PRICES', 'STOCK'));
