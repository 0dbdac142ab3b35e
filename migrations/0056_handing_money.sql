-- Invoices and refunds go with their customer when his manager leaves.
grant update (manager_id) on invoice, refund to oborot_app;
