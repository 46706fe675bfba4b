-- critical-path: what the chain of work and waiting that determines the end of the run consists of, largest part first.
-- The chain runs back from the thread that ended last; wherever a thread had been waiting, it goes on in the thread that
-- ended the wait. run_ms_if_free is the length of this chain without that part: a bound, because another chain may
-- then be the longest. Faults are split by how their page was shared. Steps of the chain: critical-steps.
-- Parameter run = latest: the run
WITH path AS (SELECT thread, start_ns, end_ns FROM critical_path WHERE run_id = getvariable('run')),
whole AS (SELECT sum(end_ns - start_ns) AS nanos FROM path),
on_path AS (
  SELECT i.state, sum(least(i.end_ns, p.end_ns) - greatest(i.start_ns, p.start_ns)) AS nanos, count(*) AS pieces
  FROM (SELECT thread, state, start_ns, end_ns FROM intervals WHERE run_id = getvariable('run')) i
  ASOF JOIN path p ON i.thread = p.thread AND i.end_ns > p.start_ns
  WHERE p.end_ns > i.start_ns
  GROUP BY i.state),
fault_parts AS (
  SELECT f.page, sum(least(f.end_ns, p.end_ns) - greatest(f.start_ns, p.start_ns)) AS nanos, count(*) AS pieces
  FROM (SELECT thread, page, start_ns, end_ns FROM faults WHERE run_id = getvariable('run')) f
  ASOF JOIN path p ON f.thread = p.thread AND f.end_ns > p.start_ns
  WHERE p.end_ns > f.start_ns
  GROUP BY f.page),
by_sharing AS (
  SELECT coalesce(g.sharing, 'unknown') AS sharing, sum(f.nanos) AS nanos, sum(f.pieces) AS pieces,
    arg_max(coalesce(g.object, 'page ' || f.page), f.nanos) AS largest
  FROM fault_parts f LEFT JOIN pages g ON g.run_id = getvariable('run') AND g.page = f.page
  GROUP BY coalesce(g.sharing, 'unknown')),
parts AS (
  SELECT 'fault' AS kind, sharing || ', most on ' || largest AS detail, nanos, pieces FROM by_sharing
  UNION ALL
  SELECT state, CASE state WHEN 'futex' THEN 'waits for locks, barriers and threads' ELSE '' END, nanos, pieces
  FROM on_path WHERE state <> 'fault'
  UNION ALL
  SELECT 'fault', 'outside single faults', o.nanos - s.nanos, o.pieces
  FROM on_path o, (SELECT coalesce(sum(nanos), 0) AS nanos FROM by_sharing) s
  WHERE o.state = 'fault' AND o.nanos > s.nanos)
SELECT p.kind, p.detail, p.pieces::BIGINT AS pieces, ms(p.nanos) AS path_ms, percent(p.nanos, w.nanos) AS path_percent,
  ms(w.nanos - p.nanos) AS run_ms_if_free
FROM parts p, whole w
ORDER BY p.nanos DESC, p.kind, p.detail;
