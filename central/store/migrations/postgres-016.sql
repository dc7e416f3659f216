-- A right in doubt was kept as a dispute to be reviewed: it has no sides, and only somebody in charge clears it.
-- Its cases come once more, so that every window hears it.
UPDATE conflict SET kind = 'right_in_doubt'
    WHERE kind = 'needs_review' AND reason LIKE '写这条记录时工号%，等负责人核实'
    AND NOT EXISTS (SELECT 1 FROM conflict x WHERE x.office = conflict.office
        AND x.conflict_id = conflict.conflict_id AND x.kind = 'right_in_doubt');

CREATE TABLE told_anew AS
    SELECT c.case_id, c.office, row_number() OVER (PARTITION BY c.office ORDER BY c.server_seq) AS nth,
        CASE WHEN EXISTS (SELECT 1 FROM conflict x WHERE x.case_id = c.case_id AND x.kind = 'needs_review'
            AND x.settled_ms IS NULL) THEN 'needs_review right_in_doubt' ELSE 'right_in_doubt' END AS flag
    FROM case_ c
    WHERE ' ' || c.flags || ' ' LIKE '% needs_review %' AND ' ' || c.flags || ' ' NOT LIKE '% right_in_doubt %'
    AND EXISTS (SELECT 1 FROM conflict x WHERE x.case_id = c.case_id AND x.kind = 'right_in_doubt'
        AND x.settled_ms IS NULL);
UPDATE case_ SET
    flags = (SELECT replace(case_.flags, 'needs_review', t.flag) FROM told_anew t WHERE t.case_id = case_.case_id),
    server_seq = (SELECT h.feed_head + t.nth FROM told_anew t JOIN hall h ON h.office = t.office
        WHERE t.case_id = case_.case_id)
    WHERE case_id IN (SELECT case_id FROM told_anew);
UPDATE hall SET feed_head = feed_head + (SELECT count(*) FROM told_anew t WHERE t.office = hall.office);
DROP TABLE told_anew;
