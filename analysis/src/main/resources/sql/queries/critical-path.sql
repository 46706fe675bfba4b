-- critical-path: what the chain of work and waiting that determines the end of the run consists of, largest part first.
-- The chain runs back from the thread that ended last; wherever a thread had been waiting, it goes on in the thread that
-- ended the wait. run_ms_if_free is the length of this chain without that part: a bound, because another chain may
-- then be the longest. Faults are split by how their page was shared. Steps of the chain: critical-steps.
-- Parameter run = latest: the run
-- Rows of intervals and faults find their stretch of the chain by slice, a 4096th of the run: a long one has a row for each
-- slice, and a pair counts in the first slice that both have. Intervals leave no gap, so faults have what the others leave.
WITH width AS (SELECT greatest(simulated_ns // 4096, 1) AS slice_ns FROM runs WHERE run_id = getvariable('run')),
chain AS (
  SELECT thread, start_ns, end_ns, start_ns // slice_ns AS first, end_ns // slice_ns AS last
  FROM critical_path, width WHERE run_id = getvariable('run')),
path AS (SELECT *, unnest(range(first, last + 1)) AS slice FROM chain),
whole AS (SELECT sum(end_ns - start_ns) AS nanos FROM chain),
states AS (
  SELECT thread, state, start_ns, end_ns, start_ns // slice_ns AS first, end_ns // slice_ns AS last
  FROM intervals, width WHERE run_id = getvariable('run') AND state <> 'fault'),
sliced_states AS (
  SELECT *, first AS slice FROM states WHERE first = last
  UNION ALL SELECT *, unnest(range(first, last + 1)) AS slice FROM states WHERE first < last),
on_path AS (
  SELECT i.state, sum(least(i.end_ns, p.end_ns) - greatest(i.start_ns, p.start_ns)) AS nanos, count(*) AS pieces
  FROM sliced_states i JOIN path p USING (thread, slice)
  WHERE slice = greatest(i.first, p.first) AND i.end_ns > p.start_ns AND p.end_ns > i.start_ns
  GROUP BY i.state),
waits AS (
  SELECT thread, page, start_ns, end_ns, start_ns // slice_ns AS first, end_ns // slice_ns AS last
  FROM faults, width WHERE run_id = getvariable('run')),
sliced_waits AS (
  SELECT *, first AS slice FROM waits WHERE first = last
  UNION ALL SELECT *, unnest(range(first, last + 1)) AS slice FROM waits WHERE first < last),
fault_parts AS (
  SELECT f.page, sum(least(f.end_ns, p.end_ns) - greatest(f.start_ns, p.start_ns)) AS nanos, count(*) AS pieces
  FROM sliced_waits f JOIN path p USING (thread, slice)
  WHERE slice = greatest(f.first, p.first) AND f.end_ns > p.start_ns AND p.end_ns > f.start_ns
  GROUP BY f.page),
by_sharing AS (
  SELECT coalesce(g.sharing, 'unknown') AS sharing, sum(f.nanos) AS nanos, sum(f.pieces) AS pieces,
    arg_max(coalesce(g.object, 'page ' || f.page), f.nanos) AS largest
  FROM fault_parts f LEFT JOIN pages g ON g.run_id = getvariable('run') AND g.page = f.page
  GROUP BY coalesce(g.sharing, 'unknown')),
parts AS (
  SELECT 'fault' AS kind, sharing || ', most on ' || largest AS detail, nanos, pieces FROM by_sharing
  UNION ALL
  SELECT state, CASE state WHEN 'futex' THEN 'waits for locks, barriers and threads' ELSE '' END, nanos, pieces FROM on_path
  UNION ALL
  SELECT 'fault', 'outside single faults', w.nanos - s.nanos - o.nanos, NULL
  FROM whole w, (SELECT coalesce(sum(nanos), 0) AS nanos FROM by_sharing) s, (SELECT coalesce(sum(nanos), 0) AS nanos FROM on_path) o
  WHERE w.nanos > s.nanos + o.nanos)
SELECT p.kind, p.detail, p.pieces::BIGINT AS pieces, ms(p.nanos) AS path_ms, percent(p.nanos, w.nanos) AS path_percent,
  ms(w.nanos - p.nanos) AS run_ms_if_free
FROM parts p, whole w
ORDER BY p.nanos DESC, p.kind, p.detail;
