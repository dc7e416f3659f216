-- Each new case's number is looked for in its hall: by the number first, or a database without statistics reads the hall.
DROP INDEX case_by_reference;
CREATE INDEX case_by_reference ON case_ (reference, office);
