-- fault-latency: how long faults took, by kind: percentiles, and the share of slow ones (with retries).
-- Parameter run = latest: the run
SELECT kind, count(*) AS faults, us(min(end_ns - start_ns)) AS least_us,
  us(approx_quantile(end_ns - start_ns, 0.5)) AS median_us, us(approx_quantile(end_ns - start_ns, 0.9)) AS p90_us,
  us(approx_quantile(end_ns - start_ns, 0.99)) AS p99_us, us(max(end_ns - start_ns)) AS longest_us,
  percent(count(*) FILTER (WHERE retries > 0), count(*)) AS retried_percent,
  us(avg(end_ns - start_ns) FILTER (WHERE retries > 0)) AS mean_retried_us, us(avg(end_ns - start_ns) FILTER (WHERE retries = 0)) AS mean_direct_us
FROM faults
WHERE run_id = getvariable('run')
GROUP BY kind
ORDER BY kind;
