-- Where the threads of each run spent their time, for all runs of the store.
SELECT run_id, sum(compute_ns)::BIGINT AS compute_ns, sum(fault_ns)::BIGINT AS fault_ns, sum(futex_ns)::BIGINT AS futex_ns,
       sum(vma_ns)::BIGINT AS vma_ns, sum(migration_ns)::BIGINT AS migration_ns, sum(run_queue_ns)::BIGINT AS run_queue_ns,
       sum(syscall_ns)::BIGINT AS syscall_ns, sum(idle_ns)::BIGINT AS idle_ns
FROM threads
GROUP BY run_id
ORDER BY run_id
LIMIT 10000
