-- speedup: all runs of the same trace as one run: time and speedup by number of nodes, placement and profile.
-- efficiency = speedup / nodes. Runs of other traces are left out.
-- Parameter run = latest: a run of the trace
SELECT nodes, cores, placement, profile, transport, order_mode, page_bytes, run_id, label, ms(simulated_ns) AS simulated_ms,
  ms(baseline_ns) AS origin_ms, round(speedup, 3) AS speedup, round(speedup / nodes, 3) AS efficiency,
  read_faults + write_faults + upgrade_faults AS faults, message_count AS messages, message_bytes AS bytes
FROM runs
WHERE trace_hash = (SELECT trace_hash FROM runs WHERE run_id = getvariable('run'))
ORDER BY placement, profile, transport, order_mode, page_bytes, cores, nodes, run_id;
