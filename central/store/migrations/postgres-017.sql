-- A number is looked up by its letter and serial and a waiting person by their key, neither by all of a hall's day; and
-- those who are set aside or were passed over are found however many wait.
DROP INDEX ticket_by_person;
CREATE UNIQUE INDEX ticket_by_person ON ticket (person_key, office, day) WHERE person_key IS NOT NULL;
CREATE INDEX ticket_not_waiting ON ticket (office, day, state, place_ms, ticket_id) WHERE state IN ('held', 'passed');
