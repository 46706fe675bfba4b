-- hot-lines: source lines by the time that threads spent in their page faults.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
WITH by_ip AS (
  SELECT ip, kind = 'read' AS is_read, count(*) AS faults, sum(end_ns - start_ns) AS fault_ns, sum(retries) AS retries,
    max(end_ns - start_ns) AS longest_ns, arg_max(page, end_ns - start_ns) AS page
  FROM faults WHERE run_id = getvariable('run') GROUP BY ip, is_read)
SELECT coalesce(p.place, hex(b.ip), 'unknown') AS place, any_value(p.function) AS function,
  sum(b.faults)::BIGINT AS faults, coalesce(sum(b.faults) FILTER (WHERE b.is_read), 0)::BIGINT AS read_faults,
  coalesce(sum(b.faults) FILTER (WHERE NOT b.is_read), 0)::BIGINT AS write_faults, sum(b.retries)::BIGINT AS retries,
  ms(sum(b.fault_ns)) AS fault_ms, percent(sum(b.fault_ns), sum(sum(b.fault_ns)) OVER ()) AS fault_percent,
  us(sum(b.fault_ns) / sum(b.faults)) AS mean_us, us(max(b.longest_ns)) AS longest_us,
  arg_max(g.object, b.fault_ns) AS an_object
FROM by_ip b
LEFT JOIN places p ON p.run_id = getvariable('run') AND p.ip = b.ip
LEFT JOIN pages g ON g.run_id = getvariable('run') AND g.page = b.page
GROUP BY coalesce(p.place, hex(b.ip), 'unknown')
ORDER BY sum(b.fault_ns) DESC, place
LIMIT getvariable('limit');
