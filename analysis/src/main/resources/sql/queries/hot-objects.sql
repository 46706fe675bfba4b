-- hot-objects: variables and heap blocks by the time that threads spent in faults on them; blocks of one allocation site count together.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
SELECT CASE WHEN kind = 'heap' THEN coalesce(nullif(site, ''), name) ELSE name END AS object, kind,
  any_value(nullif(site, '')) AS site, count(*) AS blocks, sum(size_bytes)::BIGINT AS bytes, min(hex(address)) AS lowest_address,
  sum(faults)::BIGINT AS faults, ms(sum(fault_ns)) AS fault_ms, percent(sum(fault_ns), sum(sum(fault_ns)) OVER ()) AS fault_percent
FROM objects
WHERE run_id = getvariable('run')
GROUP BY object, kind
HAVING sum(faults) > 0
ORDER BY sum(fault_ns) DESC, object
LIMIT getvariable('limit');
