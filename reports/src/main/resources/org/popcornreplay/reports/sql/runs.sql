-- Every run of the store, oldest first.
SELECT run_id, label, program, arguments, trace_hash, nodes, cores, placement, profile, transport, order_mode, page_bytes, seed,
       simulated_ns, baseline_ns, speedup, accesses, instructions, message_count, message_bytes,
       read_faults, write_faults, upgrade_faults, retries, migration_count, record_level, slice_instructions, model_version,
       strftime(started_at, '%Y-%m-%d %H:%M:%S') AS started
FROM runs
ORDER BY run_id
LIMIT 10000
