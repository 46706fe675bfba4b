-- hot-lines: source lines by the time that threads spent in their page faults.
-- object is what the longest of these faults hit; allocated_at says where, if it is a heap block.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
WITH by_ip AS (
  SELECT ip, kind = 'read' AS is_read, count(*) AS faults, sum(end_ns - start_ns) AS fault_ns, sum(retries) AS retries,
    max(end_ns - start_ns) AS longest_ns, arg_max(address, end_ns - start_ns) AS address
  FROM faults WHERE run_id = getvariable('run') GROUP BY ip, is_read),
by_place AS (
  SELECT coalesce(p.place, hex(b.ip), 'unknown') AS place, any_value(p.function) AS function,
    sum(b.faults)::BIGINT AS faults, coalesce(sum(b.faults) FILTER (WHERE b.is_read), 0)::BIGINT AS read_faults,
    coalesce(sum(b.faults) FILTER (WHERE NOT b.is_read), 0)::BIGINT AS write_faults, sum(b.retries)::BIGINT AS retries,
    sum(b.fault_ns) AS fault_ns, percent(sum(b.fault_ns), sum(sum(b.fault_ns)) OVER ()) AS fault_percent,
    max(b.longest_ns) AS longest_ns, arg_max(b.address, b.fault_ns) AS address
  FROM by_ip b LEFT JOIN places p ON p.run_id = getvariable('run') AND p.ip = b.ip
  GROUP BY coalesce(p.place, hex(b.ip), 'unknown')
  ORDER BY sum(b.fault_ns) DESC, place
  LIMIT getvariable('limit')),
hit AS (
  SELECT l.place, arg_max(o.name, (o.faults, -o.object_id)) AS object,
    arg_max(nullif(o.site, ''), (o.faults, -o.object_id)) AS site
  FROM by_place l
  JOIN (SELECT * FROM objects WHERE run_id = getvariable('run') AND faults > 0) o
    ON o.address < touch_end(l.address) AND o.address + o.size_bytes > l.address
  GROUP BY l.place)
SELECT l.place, l.function, l.faults, l.read_faults, l.write_faults, l.retries, ms(l.fault_ns) AS fault_ms, l.fault_percent,
  us(l.fault_ns / l.faults) AS mean_us, us(l.longest_ns) AS longest_us, h.object, h.site AS allocated_at
FROM by_place l LEFT JOIN hit h USING (place)
ORDER BY l.fault_ns DESC, l.place;
