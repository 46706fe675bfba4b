-- What threads did on each node of run {run}, from the intervals of their states.
SELECT node,
       sum(CASE WHEN state = 'compute' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS compute_ns,
       sum(CASE WHEN state = 'fault' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS fault_ns,
       sum(CASE WHEN state = 'futex' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS futex_ns,
       sum(CASE WHEN state = 'vma' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS vma_ns,
       sum(CASE WHEN state = 'migration' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS migration_ns,
       sum(CASE WHEN state = 'run-queue' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS run_queue_ns,
       sum(CASE WHEN state = 'syscall' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS syscall_ns,
       sum(CASE WHEN state = 'idle' THEN end_ns - start_ns ELSE 0 END)::BIGINT AS idle_ns,
       count(DISTINCT thread) AS threads
FROM intervals
WHERE run_id = {run} AND node >= 0
GROUP BY node
ORDER BY node
LIMIT {most}
