-- What each thread of run {run} did with its time; the {most} threads that lived longest.
SELECT thread, name, node, compute_ns, fault_ns, futex_ns, vma_ns, migration_ns, run_queue_ns, syscall_ns, idle_ns,
       end_ns - start_ns AS lifetime_ns, faults, migrations
FROM (SELECT * FROM threads WHERE run_id = {run} ORDER BY end_ns - start_ns DESC, thread LIMIT {most})
ORDER BY thread
