-- Messages that were delivered between low_ns and high_ns, and sent within the exported time.
SELECT m.seq, m.type, m.src, m.dst, m.bytes, m.delivered_ns, least(m.handled_ns, getvariable('to_ns')) AS handled_ns, m.thread,
  m.page, coalesce(g.object, g.region) AS object, m.result
FROM messages m
LEFT JOIN pages g ON g.run_id = getvariable('run') AND g.page = m.page
WHERE m.run_id = getvariable('run') AND m.delivered_ns >= getvariable('low_ns') AND m.delivered_ns < getvariable('high_ns')
  AND m.sent_ns >= getvariable('from_ns')
ORDER BY m.delivered_ns, m.seq;
