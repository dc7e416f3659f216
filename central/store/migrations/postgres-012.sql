-- Tickets that wait for one window only or were set aside there, few of them: looked at with every call.
CREATE INDEX ticket_sent_on ON ticket (office, day) WHERE state IN ('waiting', 'held') AND place <> '';
