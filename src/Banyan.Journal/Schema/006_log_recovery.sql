-- A log that was halted and can't be continued is followed by another, under the next generation's name; docs/log-keys.md.
-- signs_from: nothing smaller is signed, so that its first checkpoint covers the entry that says what it follows.
ALTER TABLE log.tree
    ADD COLUMN generation integer NOT NULL DEFAULT 1,
    ADD COLUMN signs_from bigint  NOT NULL DEFAULT 0;

-- Puts the tree aside, as it is, into a schema of its own, and leaves an empty one in its place: of the same log, to be made
-- again from the journal (then the newest checkpoint stays), or of the generation that follows. Returns the schema's name.
CREATE FUNCTION log.set_aside(was integer, becomes integer, from_entry bigint, why text, ours integer) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    number integer := 1;
    aside  text;
    name   text;
    names  text[] := ARRAY['tile', 'bundle', 'part', 'edge'];
BEGIN
    PERFORM journal.assert_epoch(ours);
    UPDATE log.tree SET size = 0, epoch = ours, generation = becomes, signs_from = greatest(signs_from, from_entry) WHERE generation = was;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The log is not of generation %', was USING ERRCODE = 'BN002';
    END IF;
    IF becomes > was THEN
        names := names || 'checkpoint'::text;
    END IF;
    WHILE to_regnamespace('log_aside_' || number) IS NOT NULL LOOP
        number := number + 1;
    END LOOP;
    aside := 'log_aside_' || number;
    EXECUTE format('CREATE SCHEMA %I', aside);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', aside, why);
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('ALTER TABLE log.%I SET SCHEMA %I', name, aside);
        EXECUTE format('CREATE TABLE log.%I (LIKE %I.%I INCLUDING ALL)', name, aside, name);
    END LOOP;
    ALTER TABLE log.edge SET (fillfactor = 50);
    ALTER TABLE log.checkpoint SET (fillfactor = 50);
    RETURN aside;
END $$;
