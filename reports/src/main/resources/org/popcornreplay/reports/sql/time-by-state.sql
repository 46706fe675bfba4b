-- Where the threads of run {run} spent their time: the sum over all threads for each state.
SELECT state, time_ns, time_ns / greatest(sum(time_ns) OVER (), 1) AS share
FROM (
  UNPIVOT (
    SELECT sum(compute_ns)::BIGINT AS compute, sum(fault_ns)::BIGINT AS fault, sum(futex_ns)::BIGINT AS futex,
           sum(vma_ns)::BIGINT AS vma, sum(migration_ns)::BIGINT AS migration, sum(run_queue_ns)::BIGINT AS "run-queue",
           sum(syscall_ns)::BIGINT AS syscall, sum(idle_ns)::BIGINT AS idle
    FROM threads WHERE run_id = {run})
  ON COLUMNS(*) INTO NAME state VALUE time_ns)
ORDER BY time_ns DESC, state
