-- Speedup against nodes: the runs of the same trace as run {run}, one line for each way to place and pay for them.
-- Speedup is baseline_ns / simulated_ns; the baseline has all threads at the origin. Of equal runs the latest counts.
SELECT placement, profile, transport, order_mode, cores, page_bytes, nodes,
       max(run_id) AS run_id, arg_max(speedup, run_id) AS speedup, arg_max(simulated_ns, run_id) AS simulated_ns,
       arg_max(baseline_ns, run_id) AS baseline_ns
FROM runs
WHERE trace_hash = (SELECT trace_hash FROM runs WHERE run_id = {run}) AND speedup BETWEEN 1e-9 AND 1e9 AND nodes > 0
GROUP BY placement, profile, transport, order_mode, cores, page_bytes, nodes
ORDER BY placement, profile, transport, order_mode, cores, page_bytes, nodes
LIMIT 1000
