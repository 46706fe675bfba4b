-- locks: locks, barriers and other synchronisation objects by the time that threads waited in them, with hand-offs between nodes.
-- calls_of is futex where threads waited outside these functions; waits for the end of a thread (join) are left out. called_at are the lines that waited longest. A hand-off is an acquisition on another node than the one before. futex_waits are the waits that reached the kernel.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
WITH calls AS (
  SELECT object, op, thread, node, ip, end_ns - start_ns AS wait_ns,
    node <> lag(node) OVER (PARTITION BY object ORDER BY end_ns, thread) AS handed_over
  FROM sync_ops
  WHERE run_id = getvariable('run') AND op NOT LIKE '%unlock' AND op NOT LIKE '%signal' AND op NOT LIKE '%init'
    AND op NOT LIKE '%broadcast' AND op NOT LIKE '%post' AND op <> 'join'),
functions AS (
  SELECT object AS address, array_to_string(list(DISTINCT op ORDER BY op), ', ') AS calls_of, count(*) AS acquisitions,
    sum(wait_ns) AS wait_ns, max(wait_ns) AS longest_ns, count(DISTINCT thread) AS threads, count(DISTINCT node) AS nodes,
    count(*) FILTER (WHERE handed_over) AS hand_offs
  FROM calls GROUP BY object),
lines AS (
  SELECT object AS address, array_to_string(list(place ORDER BY wait_ns DESC, place)[:3], ', ') AS called_at
  FROM (
    SELECT c.object, p.place, sum(c.wait_ns) AS wait_ns
    FROM (SELECT object, ip, sum(wait_ns) AS wait_ns FROM calls WHERE ip IS NOT NULL GROUP BY object, ip) c
    JOIN places p ON p.run_id = getvariable('run') AND p.ip = c.ip
    GROUP BY c.object, p.place)
  GROUP BY object),
joins AS (
  SELECT thread, start_ns, end_ns FROM sync_ops WHERE run_id = getvariable('run') AND op = 'join'),
waits AS (
  SELECT f.* FROM (SELECT * FROM futex_ops WHERE run_id = getvariable('run')) f
  ASOF LEFT JOIN joins j ON j.thread = f.thread AND f.start_ns >= j.start_ns
  WHERE coalesce(f.end_ns > j.end_ns, true)),
kernel AS (
  SELECT address, count(*) FILTER (WHERE op ILIKE '%wait%') AS futex_waits,
    sum(end_ns - start_ns) FILTER (WHERE op ILIKE '%wait%') AS futex_ns
  FROM waits GROUP BY address),
together AS (
  SELECT address, f.* EXCLUDE (address), k.* EXCLUDE (address)
  FROM functions f FULL JOIN kernel k USING (address)),
named AS (
  SELECT b.*, o.name, o.site, b.address < o.address + o.size_bytes AS inside
  FROM together b ASOF LEFT JOIN (SELECT * FROM objects WHERE run_id = getvariable('run')) o ON b.address >= o.address)
SELECT CASE WHEN n.inside THEN n.name ELSE hex(n.address) END AS object, hex(n.address) AS address,
  coalesce(n.calls_of, 'futex') AS calls_of,
  coalesce(n.acquisitions, 0) AS acquisitions, coalesce(n.hand_offs, 0) AS hand_offs, coalesce(n.futex_waits, 0) AS futex_waits,
  ms(coalesce(n.wait_ns, n.futex_ns, 0)) AS wait_ms, us(coalesce(n.wait_ns, n.futex_ns) / nullif(coalesce(n.acquisitions, n.futex_waits), 0)) AS mean_us,
  us(n.longest_ns) AS longest_us, n.threads, n.nodes, CASE WHEN n.inside THEN n.site END AS declared_at, l.called_at,
  ms(p.fault_ns) AS page_fault_ms
FROM named n
JOIN runs r ON r.run_id = getvariable('run')
LEFT JOIN lines l ON l.address = n.address
LEFT JOIN pages p ON p.run_id = r.run_id AND p.page = n.address // r.page_bytes
ORDER BY coalesce(n.wait_ns, n.futex_ns, 0) DESC, n.address
LIMIT getvariable('limit');
