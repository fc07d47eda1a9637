-- The body is sealed under the installation's master key: a copy of the database holds no secret link.
update platform_mails set state = 'expired', body = null where body is not null;
alter table platform_mails rename column body to sealed_body;
alter table platform_mails alter column sealed_body type text using null;
