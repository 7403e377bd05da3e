create table stored_user (
	-- UUID version 7 as text, all of one length: text order is the order of creation.
	id varchar(36) not null primary key,
	name varchar(200) not null,
	email varchar(254) not null,
	created_at timestamp(6) with time zone not null
);
