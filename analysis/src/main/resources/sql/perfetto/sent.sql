-- Messages that were sent between low_ns and high_ns, and delivered before the end of the exported time (to_ns). slice_thread is
-- the thread that the message is about where it was on the sending node at that instant, and not computing: it sent it.
WITH sent AS (
  SELECT * FROM messages
  WHERE run_id = getvariable('run') AND sent_ns >= getvariable('low_ns') AND sent_ns < getvariable('high_ns')
    AND delivered_ns < getvariable('to_ns')),
busy AS (
  SELECT thread, node, start_ns, end_ns, state FROM intervals
  WHERE run_id = getvariable('run') AND start_ns < getvariable('high_ns') AND end_ns > getvariable('low_ns') AND end_ns > start_ns)
SELECT m.seq, m.type, m.src, m.dst, m.bytes, m.sent_ns, m.delivered_ns, m.thread, m.page, coalesce(g.object, g.region) AS object,
  CASE WHEN b.node = m.src AND b.end_ns > m.sent_ns AND b.state NOT IN ('compute', 'run-queue', 'idle') THEN b.thread END
    AS slice_thread
FROM sent m
ASOF LEFT JOIN busy b ON b.thread = m.thread AND m.sent_ns >= b.start_ns
LEFT JOIN pages g ON g.run_id = getvariable('run') AND g.page = m.page
ORDER BY m.sent_ns, m.seq;
