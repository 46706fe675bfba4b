-- functions: functions by the time that threads spent in their page faults; for budgets with --fail-if.
-- Parameter run = latest: the run
-- Parameter limit = 1000: rows at most
WITH by_ip AS (
  SELECT ip, count(*) AS faults, count(*) FILTER (WHERE kind = 'read') AS read_faults, sum(end_ns - start_ns) AS fault_ns,
    sum(retries) AS retries, max(end_ns - start_ns) AS longest_ns
  FROM faults WHERE run_id = getvariable('run') GROUP BY ip)
SELECT coalesce(nullif(c.function, ''), 'unknown') AS function, any_value(nullif(c.file, '')) AS file, any_value(c.image) AS image,
  sum(b.faults)::BIGINT AS faults, sum(b.read_faults)::BIGINT AS read_faults,
  (sum(b.faults) - sum(b.read_faults))::BIGINT AS write_faults, sum(b.retries)::BIGINT AS retries,
  ms(sum(b.fault_ns)) AS fault_ms, percent(sum(b.fault_ns), sum(sum(b.fault_ns)) OVER ()) AS fault_percent, us(max(b.longest_ns)) AS longest_us
FROM by_ip b LEFT JOIN code c ON c.run_id = getvariable('run') AND c.ip = b.ip
GROUP BY coalesce(nullif(c.function, ''), 'unknown')
ORDER BY sum(b.fault_ns) DESC, function
LIMIT getvariable('limit');
