-- Every transaction that writes to the journal says under which epoch it does, and is refused where the journal has
-- passed it. The shared lock is held to the transaction's end: an epoch is raised after the last transaction of the one
-- before has ended, never in the middle of it. Volatile: the epoch is read after the lock was had.
CREATE FUNCTION journal.assert_epoch(ours integer) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    seen integer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(27691674828369411);
    SELECT epoch INTO seen FROM journal.head;
    IF seen > ours THEN
        RAISE EXCEPTION 'The journal is in epoch %, this transaction is of epoch %', seen, ours USING ERRCODE = 'BN001';
    END IF;
    RETURN true;
END $$;

-- Raises the epoch; returns the one that counts now. Does not wait where nothing is to be raised.
CREATE FUNCTION journal.raise_epoch(wanted integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    seen integer;
BEGIN
    SELECT epoch INTO seen FROM journal.head;
    IF seen < wanted THEN
        PERFORM pg_advisory_xact_lock(27691674828369411);
        UPDATE journal.head SET epoch = wanted WHERE epoch < wanted;
        SELECT epoch INTO seen FROM journal.head;
    END IF;
    -- Where the epoch begins is what an old primary shares with us when it returns.
    INSERT INTO journal.epoch (epoch, after) SELECT epoch, position FROM journal.head WHERE epoch = wanted ON CONFLICT (epoch) DO NOTHING;
    RETURN seen;
END $$;
