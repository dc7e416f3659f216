-- Who waits is found by two keys that nothing else has, one for each order: no database, however little it knows of its
-- rows, takes another way than the index that ends at the first.
ALTER TABLE ticket ADD COLUMN waiting_key text;
ALTER TABLE ticket ADD COLUMN arrival_key text;
UPDATE ticket SET waiting_key = office || chr(9) || day || chr(9) || business,
    arrival_key = office || chr(9) || day || chr(9) || business WHERE state = 'waiting';
DROP INDEX ticket_by_place;
DROP INDEX ticket_by_wait;
CREATE INDEX ticket_by_place ON ticket (waiting_key, place_ms, ticket_id) WHERE waiting_key IS NOT NULL;
CREATE INDEX ticket_by_wait ON ticket (arrival_key, waits_ms, ticket_id) WHERE arrival_key IS NOT NULL;
