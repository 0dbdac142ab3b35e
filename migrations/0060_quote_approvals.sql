-- Quotes wait for whoever has to agree to their prices before they are offered.
--
-- Why a line needed somebody's leave, as on lines of orders.
alter table sales_quote_line add column approval_reasons jsonb;

-- What is to be done with a quote once it is agreed to: offered, with the letter that brings it, or
-- accepted. A quote waits as long as it has that.
alter table sales_quote
    add column waiting jsonb,
    add constraint sales_quote_waiting
        check ((waiting is not null) = (state = 'PENDING_APPROVAL'));
