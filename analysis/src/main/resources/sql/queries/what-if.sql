-- what-if: bounds on the run time if one thing cost nothing: no false sharing, a network without latency, no lock waits.
-- Each row takes one kind of time out of the critical path; the true run time lies between this bound and the replayed one,
-- because another chain of work may then be the longest. A new replay says exactly where.
-- Parameter run = latest: the run
-- How rows find their stretch of the chain: see critical-path.
WITH width AS (SELECT greatest(simulated_ns // 4096, 1) AS slice_ns FROM runs WHERE run_id = getvariable('run')),
chain AS (
  SELECT thread, start_ns, end_ns, start_ns // slice_ns AS first, end_ns // slice_ns AS last
  FROM critical_path, width WHERE run_id = getvariable('run')),
path AS (SELECT *, unnest(range(first, last + 1)) AS slice FROM chain),
whole AS (SELECT coalesce(sum(end_ns - start_ns), 0) AS nanos FROM chain),
states AS (
  SELECT thread, state, start_ns, end_ns, start_ns // slice_ns AS first, end_ns // slice_ns AS last
  FROM intervals, width WHERE run_id = getvariable('run') AND state <> 'fault'),
sliced_states AS (
  SELECT *, first AS slice FROM states WHERE first = last
  UNION ALL SELECT *, unnest(range(first, last + 1)) AS slice FROM states WHERE first < last),
on_path AS (
  SELECT i.state, sum(least(i.end_ns, p.end_ns) - greatest(i.start_ns, p.start_ns)) AS nanos
  FROM sliced_states i JOIN path p USING (thread, slice)
  WHERE slice = greatest(i.first, p.first) AND i.end_ns > p.start_ns AND p.end_ns > i.start_ns
  GROUP BY i.state),
on_path_faults AS (SELECT w.nanos - coalesce(sum(o.nanos), 0) AS nanos FROM whole w LEFT JOIN on_path o ON true GROUP BY w.nanos),
waits AS (
  SELECT thread, page, start_ns, end_ns, start_ns // slice_ns AS first, end_ns // slice_ns AS last
  FROM faults, width WHERE run_id = getvariable('run')),
sliced_waits AS (
  SELECT *, first AS slice FROM waits WHERE first = last
  UNION ALL SELECT *, unnest(range(first, last + 1)) AS slice FROM waits WHERE first < last),
fault_parts AS (
  SELECT f.page, sum(least(f.end_ns, p.end_ns) - greatest(f.start_ns, p.start_ns)) AS nanos
  FROM sliced_waits f JOIN path p USING (thread, slice)
  WHERE slice = greatest(f.first, p.first) AND f.end_ns > p.start_ns AND p.end_ns > f.start_ns
  GROUP BY f.page),
r AS (SELECT simulated_ns, baseline_ns FROM runs WHERE run_id = getvariable('run')),
needless AS (
  SELECT sum(f.nanos * (g.false_ns / nullif(g.fault_ns, 0))) AS nanos
  FROM fault_parts f JOIN pages g ON g.run_id = getvariable('run') AND g.page = f.page),
wire AS (
  SELECT sum(delivered_ns - sent_ns) AS nanos FROM messages WHERE run_id = getvariable('run') AND page IS NOT NULL),
all_faults AS (SELECT sum(fault_ns) AS nanos FROM pages WHERE run_id = getvariable('run')),
scenarios AS (
  SELECT 0 AS rank, 'as replayed' AS scenario, 0 AS saved_ns, 'the run itself' AS basis
  UNION ALL SELECT 1, 'no false sharing', (SELECT nanos FROM needless), 'faults on the critical path that were in vain'
  UNION ALL SELECT 2, 'network without latency',
    (SELECT o.nanos * least(1, w.nanos / nullif(a.nanos, 0)) FROM on_path_faults o, wire w, all_faults a),
    'share of fault time in which their messages were on the wire'
  UNION ALL SELECT 3, 'no page faults', (SELECT nanos FROM on_path_faults), 'faults on the critical path'
  UNION ALL SELECT 4, 'no waits for locks and threads', (SELECT nanos FROM on_path WHERE state = 'futex'), 'futex waits on the critical path'
  UNION ALL SELECT 5, 'free migration', (SELECT nanos FROM on_path WHERE state = 'migration'), 'migrations on the critical path'
  UNION ALL SELECT 6, 'a core for each thread', (SELECT nanos FROM on_path WHERE state = 'run-queue'), 'waits for a core on the critical path'
  UNION ALL SELECT 7, 'nothing but the longest thread''s own work',
    (SELECT r.simulated_ns - max(t.compute_ns + t.syscall_ns) FROM threads t, r WHERE t.run_id = getvariable('run') GROUP BY r.simulated_ns),
    'compute and system calls of the busiest thread')
SELECT s.scenario, ms(r.simulated_ns - coalesce(s.saved_ns, 0)) AS run_ms_at_best, ms(coalesce(s.saved_ns, 0)) AS saving_ms_at_most,
  percent(coalesce(s.saved_ns, 0), r.simulated_ns) AS saving_percent,
  round(r.baseline_ns / nullif(r.simulated_ns - coalesce(s.saved_ns, 0), 0), 3) AS speedup_at_best, s.basis
FROM scenarios s, r
ORDER BY s.rank;
