-- affinity: pairs of threads on different nodes that use the same data, by what that cost them in faults: a placement that
-- puts a pair on one node saves up to that. Only lines that one of the two wrote count. The fault time of a page is shared out
-- equally among the pairs that use it; place is where these threads faulted longest on the pages that they share.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
WITH chosen AS (
  SELECT page, object, fault_ns FROM pages
  WHERE run_id = getvariable('run') AND fault_ns > 0 AND sharing IN ('true-sharing', 'mixed')
  ORDER BY fault_ns DESC, page LIMIT 200),
used AS (
  SELECT t.page, t.thread, arg_max(t.node, t.faults) AS node, bit_or(t.read_lines | t.write_lines) AS lines,
    bit_or(t.write_lines) AS write_lines, sum(t.fault_ns) AS fault_ns
  FROM page_threads t SEMI JOIN chosen USING (page)
  WHERE t.run_id = getvariable('run') GROUP BY t.page, t.thread),
together AS (
  SELECT a.page, a.thread AS thread_a, a.node AS node_a, b.thread AS thread_b, b.node AS node_b,
    a.fault_ns + b.fault_ns AS fault_ns,
    (a.fault_ns + b.fault_ns) / count(*) OVER (PARTITION BY a.page) AS share_ns
  FROM used a JOIN used b ON b.page = a.page AND b.thread > a.thread
  WHERE ((a.write_lines & b.lines) | (b.write_lines & a.lines)) <> 0 AND a.fault_ns + b.fault_ns > 0
  QUALIFY a.node <> b.node),
pairs AS (
  SELECT t.thread_a, t.thread_b, any_value(t.node_a) AS node_a, any_value(t.node_b) AS node_b,
    sum(t.share_ns) AS nanos, arg_max(c.object, t.share_ns) AS object, arg_max(t.page, t.share_ns) AS page, count(*) AS pages
  FROM together t JOIN chosen c USING (page)
  GROUP BY t.thread_a, t.thread_b
  ORDER BY nanos DESC, t.thread_a, t.thread_b
  LIMIT getvariable('limit')),
lines AS (
  SELECT p.thread_a, p.thread_b, f.place, sum(f.fault_ns) AS nanos
  FROM pairs p JOIN located_faults f
    ON f.run_id = getvariable('run') AND f.page = p.page AND f.thread IN (p.thread_a, p.thread_b)
  GROUP BY p.thread_a, p.thread_b, f.place),
whole AS (SELECT sum(fault_ns) AS nanos FROM pages WHERE run_id = getvariable('run'))
SELECT p.thread_a, p.node_a, p.thread_b, p.node_b, ms(p.nanos) AS fault_ms, percent(p.nanos, w.nanos) AS percent_of_fault_time,
  p.object, arg_max(l.place, (l.nanos, l.place)) AS place, p.pages,
  'put threads ' || p.thread_a || ' and ' || p.thread_b || ' on one node' AS advice
FROM pairs p LEFT JOIN lines l USING (thread_a, thread_b), whole w
GROUP BY p.thread_a, p.node_a, p.thread_b, p.node_b, p.nanos, p.object, p.pages, w.nanos
ORDER BY p.nanos DESC, p.thread_a, p.thread_b;
