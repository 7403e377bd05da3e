-- Runs on H2 and on PostgreSQL: nothing here goes beyond what both understand.
create table stored_product (
	-- UUID version 7 as text, all of one length: text order is the order of creation.
	id varchar(36) not null primary key,
	name varchar(200) not null,
	price numeric(14, 4) not null check (price >= 0),
	category varchar(100) not null,
	in_stock boolean not null,
	tags varchar(50) array not null,
	created_at timestamp(6) with time zone not null,
	price_changed_at timestamp(6) with time zone not null
);

-- A listing of one category reads its rows in the order of ids, page by page.
create index stored_product_by_category on stored_product (category, id);
