-- Who came with a head start is counted from when they may be called: an appointment not before it begins.
DROP INDEX ticket_privileged;
CREATE INDEX ticket_privileged ON ticket (office, day, callable_ms) WHERE lane <> 'normal';
