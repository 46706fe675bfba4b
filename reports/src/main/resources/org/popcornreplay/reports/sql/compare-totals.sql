-- What differs between run {a} and run {b}, the largest change first (as a factor).
WITH measures AS (
  UNPIVOT (
    SELECT r.run_id, simulated_ns, baseline_ns, message_count AS messages, message_bytes, read_faults, write_faults, upgrade_faults,
           retries, migration_count AS migrations, accesses,
           compute_ns, fault_ns, futex_ns, vma_ns, migration_ns, run_queue_ns, syscall_ns, idle_ns
    FROM runs AS r JOIN (
      SELECT run_id, sum(compute_ns)::BIGINT AS compute_ns, sum(fault_ns)::BIGINT AS fault_ns, sum(futex_ns)::BIGINT AS futex_ns,
             sum(vma_ns)::BIGINT AS vma_ns, sum(migration_ns)::BIGINT AS migration_ns, sum(run_queue_ns)::BIGINT AS run_queue_ns,
             sum(syscall_ns)::BIGINT AS syscall_ns, sum(idle_ns)::BIGINT AS idle_ns
      FROM threads WHERE run_id IN ({a}, {b}) GROUP BY run_id) USING (run_id))
  ON COLUMNS(* EXCLUDE run_id) INTO NAME measure VALUE amount)
SELECT measure, coalesce(max(amount) FILTER (run_id = {a}), 0) AS first, coalesce(max(amount) FILTER (run_id = {b}), 0) AS second,
       second - first AS change
FROM measures
GROUP BY measure
HAVING first <> 0 OR second <> 0
ORDER BY abs(ln((second + 1) / (first + 1))) DESC, measure
