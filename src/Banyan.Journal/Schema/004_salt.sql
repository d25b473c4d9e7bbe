-- What a leaf of the log commits to beside the entry itself; docs/log.md. salt: random, and what makes a commitment tell
-- nothing of what it was made from. actor: who made the change, a subject or a process of the platform. commitment: only
-- of an entry that was erased, in place of salt, actor, subject and data, so that its leaf stays what it was.
ALTER TABLE journal.inbox
    ADD COLUMN salt uuid DEFAULT gen_random_uuid(),
    ADD COLUMN actor text,
    ADD COLUMN commitment bytea;
ALTER TABLE journal.entry
    ADD COLUMN salt uuid DEFAULT gen_random_uuid(),
    ADD COLUMN actor text,
    ADD COLUMN commitment bytea;
-- Entries that are there have their salts now; what is to come brings its own from the inbox.
ALTER TABLE journal.entry ALTER COLUMN salt DROP DEFAULT;
ALTER TABLE journal.stranded ADD COLUMN actor text;

-- What a person did, found when the person is deleted. Entries of the platform's own processes, most of them, are not in it.
CREATE INDEX entry_actor ON journal.entry (actor, position) WHERE actor NOT LIKE 'process:%';

-- The commitment of a leaf, as src/Banyan.Journal/Log/Leaves/LeafCommitment.cs computes it.
CREATE FUNCTION journal.commitment(salt uuid, actor text, subject text, data text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256('\x62616e79616e2d6c6561662d763100'::bytea || uuid_send(salt)
        || int4send(octet_length(convert_to(coalesce(actor, ''), 'UTF8'))) || convert_to(coalesce(actor, ''), 'UTF8')
        || int4send(octet_length(convert_to(coalesce(subject, ''), 'UTF8'))) || convert_to(coalesce(subject, ''), 'UTF8')
        || int4send(octet_length(convert_to(data, 'UTF8'))) || convert_to(data, 'UTF8'))
$$;

-- Erases a person from the journal, in the caller's transaction; returns how many entries it touched. Of entries about the
-- person (topics, but for the types to keep) nothing stays but the commitment; of what the person did elsewhere, who did it goes.
-- The inbox comes first: what is moved from it meanwhile is found in the journal.
CREATE FUNCTION journal.erase(person text, topics text[], keep text[]) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    total bigint := 0;
    touched bigint;
BEGIN
    UPDATE journal.inbox i SET commitment = coalesce(i.commitment, journal.commitment(i.salt, i.actor, i.subject, i.data)), salt = NULL, actor = NULL, subject = NULL, data = '', trace_parent = NULL
        WHERE i.topic = ANY (topics) AND i.subject = person AND i.type <> ALL (keep);
    GET DIAGNOSTICS touched = ROW_COUNT;
    total := total + touched;
    UPDATE journal.inbox i SET commitment = coalesce(i.commitment, journal.commitment(i.salt, i.actor, i.subject, i.data)), salt = NULL, actor = NULL, trace_parent = NULL
        WHERE i.actor = person;
    GET DIAGNOSTICS touched = ROW_COUNT;
    total := total + touched;
    UPDATE journal.entry e SET commitment = coalesce(e.commitment, journal.commitment(e.salt, e.actor, e.subject, e.data)), salt = NULL, actor = NULL, subject = NULL, data = '', trace_parent = NULL
        WHERE e.topic = ANY (topics) AND e.subject = person AND e.type <> ALL (keep);
    GET DIAGNOSTICS touched = ROW_COUNT;
    total := total + touched;
    UPDATE journal.entry e SET commitment = coalesce(e.commitment, journal.commitment(e.salt, e.actor, e.subject, e.data)), salt = NULL, actor = NULL, trace_parent = NULL
        WHERE e.actor = person AND e.actor NOT LIKE 'process:%';
    GET DIAGNOSTICS touched = ROW_COUNT;
    total := total + touched;
    -- What a lost primary had alone is in no log: of the person it just goes, and nobody decides on it any more.
    UPDATE journal.stranded s SET subject = NULL, data = '', actor = NULL, trace_parent = NULL, state = 'discarded', decided_at = coalesce(s.decided_at, clock_timestamp())
        WHERE s.topic = ANY (topics) AND s.subject = person AND s.type <> ALL (keep);
    UPDATE journal.stranded s SET actor = NULL, trace_parent = NULL WHERE s.actor = person;
    RETURN total;
END $$;
