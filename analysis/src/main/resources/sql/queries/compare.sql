-- compare: what changed from run A to run B, largest change first.
-- Each row is a quantity of one kind; weight is the change as a share of the whole of its kind in the run that has more,
-- in percent, and orders the rows: time of the run, thread time by state, messages by type, fault time by page and by line.
-- Parameter run_a = required: the run before
-- Parameter run_b = required: the run after
-- Parameter limit = 40: rows at most
WITH quantities AS (
  SELECT run_id, 'run time (ms)' AS kind, 'whole run' AS name, simulated_ns / 1e6 AS amount FROM runs
  UNION ALL
  SELECT run_id, 'thread time (ms)', state, sum(nanos) / 1e6
  FROM (UNPIVOT (SELECT run_id, compute_ns, fault_ns, futex_ns, vma_ns, migration_ns, run_queue_ns, syscall_ns, idle_ns FROM threads)
        ON compute_ns, fault_ns, futex_ns, vma_ns, migration_ns, run_queue_ns, syscall_ns, idle_ns INTO NAME state VALUE nanos)
  GROUP BY run_id, state
  UNION ALL
  SELECT run_id, 'messages', type, sum(message_count) FROM traffic GROUP BY run_id, type
  UNION ALL
  SELECT run_id, 'faults', kind, amount
  FROM (UNPIVOT (SELECT run_id, read_faults, write_faults, upgrade_faults, retries FROM runs)
        ON read_faults, write_faults, upgrade_faults, retries INTO NAME kind VALUE amount)
  UNION ALL
  SELECT run_id, 'fault time by page (ms)', coalesce(object, nullif(region, ''), 'page') || ' (page ' || page || ')', fault_ns / 1e6 FROM pages
  UNION ALL
  SELECT run_id, 'fault time by line (ms)', place, sum(fault_ns) / 1e6
  FROM located_faults WHERE run_id IN (getvariable('run_a'), getvariable('run_b')) GROUP BY run_id, place),
sides AS (
  SELECT kind, name, coalesce(sum(amount) FILTER (WHERE run_id = getvariable('run_a')), 0) AS a,
    coalesce(sum(amount) FILTER (WHERE run_id = getvariable('run_b')), 0) AS b
  FROM quantities WHERE run_id IN (getvariable('run_a'), getvariable('run_b'))
  GROUP BY kind, name),
weighed AS (
  SELECT *, 100 * abs(b - a) / nullif(greatest(sum(a) OVER (PARTITION BY kind), sum(b) OVER (PARTITION BY kind)), 0) AS weight
  FROM sides)
SELECT kind, name, round(a, 3) AS a, round(b, 3) AS b, round(b - a, 3) AS change, round(b / nullif(a, 0), 3) AS ratio,
  round(weight, 1) AS weight_percent
FROM weighed
WHERE a <> b
ORDER BY weight DESC, kind, name
LIMIT getvariable('limit');
