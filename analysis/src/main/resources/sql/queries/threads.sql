-- threads: where each thread's time went, in simulated milliseconds.
-- lifetime_ms is the sum of the columns to its right, except for what the thread did before it was first placed.
-- Parameter run = latest: the run
SELECT thread, name, node, ms(end_ns - start_ns) AS lifetime_ms, ms(compute_ns) AS compute_ms, ms(fault_ns) AS fault_ms,
  ms(futex_ns) AS futex_ms, ms(vma_ns) AS vma_ms, ms(migration_ns) AS migration_ms, ms(run_queue_ns) AS run_queue_ms,
  ms(syscall_ns) AS syscall_ms, ms(idle_ns) AS idle_ms, percent(compute_ns, end_ns - start_ns) AS compute_percent,
  faults, migrations, instructions
FROM threads
WHERE run_id = getvariable('run')
ORDER BY thread;
