-- Whose a subscription is: the subject of who made it, so that a person's export has it and a person's deletion ends it.
-- Null for those of before there were owners, and of platforms that ask nobody who they are.
ALTER TABLE subscriptions ADD COLUMN owner text;

CREATE INDEX subscriptions_owner ON subscriptions (owner) WHERE owner IS NOT NULL;
