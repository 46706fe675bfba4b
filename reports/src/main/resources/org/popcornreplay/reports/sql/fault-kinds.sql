-- Fault latency of run {run} by kind. Slow: longer than four times what the fastest tenth of the kind takes at most.
WITH timed AS (
  SELECT kind, retries, end_ns - start_ns AS latency_ns FROM faults WHERE run_id = {run}),
fast AS (
  SELECT kind, greatest(quantile_disc(latency_ns, 0.1), 1) AS fast_ns FROM timed GROUP BY kind)
SELECT kind, count(*) AS faults, any_value(fast_ns) AS p10_ns, quantile_disc(latency_ns, 0.5) AS median_ns,
       quantile_disc(latency_ns, 0.9) AS p90_ns, quantile_disc(latency_ns, 0.99) AS p99_ns, max(latency_ns) AS longest_ns,
       sum(latency_ns)::BIGINT AS total_ns,
       count(*) FILTER (latency_ns > 4 * fast_ns) AS slow_faults,
       coalesce(sum(latency_ns) FILTER (latency_ns > 4 * fast_ns), 0)::BIGINT AS slow_ns,
       count(*) FILTER (latency_ns > 4 * fast_ns AND retries > 0) AS slow_retried
FROM timed JOIN fast USING (kind)
GROUP BY kind
ORDER BY total_ns DESC, kind
LIMIT 20
