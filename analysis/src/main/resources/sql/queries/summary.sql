-- summary: one row for each run: what was asked for, how long it took, what it cost.
-- Times are simulated milliseconds. speedup = time with all threads at the origin / time of this run.
SELECT run_id, label, regexp_extract(program, '[^/]*$') AS program, nodes, placement, profile, transport,
  ms(simulated_ns) AS simulated_ms, ms(baseline_ns) AS origin_ms, round(speedup, 3) AS speedup,
  read_faults + write_faults + upgrade_faults AS faults, retries, migration_count AS migrations,
  message_count AS messages, message_bytes AS bytes
FROM runs
ORDER BY run_id;
