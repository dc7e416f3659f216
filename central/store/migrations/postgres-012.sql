-- Tickets that wait for one window only, few of them: looked at with every call.
CREATE INDEX ticket_sent_on ON ticket (office, day) WHERE state = 'waiting' AND place <> '';
