-- Fault latency of run {run}: by kind, then of all faults that were told to retry (the slow mode) and of all others.
WITH timed AS (
  SELECT coalesce(kind, 'unknown') AS kind, coalesce(retries, 0) > 0 AS retried, retries, end_ns - start_ns AS latency_ns
  FROM faults WHERE run_id = {run})
SELECT CASE WHEN grouping(kind) = 0 THEN kind WHEN retried THEN 'told to retry' ELSE 'not told to retry' END AS which,
       count(*) AS faults, quantile_disc(latency_ns, 0.5) AS median_ns, quantile_disc(latency_ns, 0.9) AS p90_ns,
       quantile_disc(latency_ns, 0.99) AS p99_ns, max(latency_ns) AS longest_ns, sum(latency_ns)::BIGINT AS total_ns,
       coalesce(sum(retries), 0)::BIGINT AS retries
FROM timed
GROUP BY GROUPING SETS ((kind), (retried))
ORDER BY grouping(kind), total_ns DESC, which
LIMIT 20
