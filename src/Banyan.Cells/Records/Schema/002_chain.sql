-- What organisations did on the chain, by its transaction.
ALTER TABLE platform.record DROP CONSTRAINT record_kind_check;
ALTER TABLE platform.record ADD CONSTRAINT record_kind_check CHECK (kind IN ('epoch', 'deployment', 'chain'));
