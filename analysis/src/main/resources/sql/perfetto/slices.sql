-- Slices of the threads' tracks that begin between low_ns and high_ns, outer ones first; what reaches over the ends of the
-- exported time (from_ns, to_ns) is cut there. A call of a synchronisation function holds its futex operations, these hold
-- the states that the thread was in, and these the faults.
WITH arrivals AS (
  SELECT *, row_number() OVER (ORDER BY start_ns, thread) AS number FROM migrations WHERE run_id = getvariable('run')),
slices AS (
  SELECT thread, node, start_ns, end_ns, 0 AS depth, 'call' AS category, op AS name, object AS address, ip
  FROM sync_ops WHERE run_id = getvariable('run')
  UNION ALL BY NAME
  SELECT thread, node, start_ns, end_ns, 1 AS depth, 'futex' AS category, 'futex ' || op AS name, address, result
  FROM futex_ops WHERE run_id = getvariable('run')
  UNION ALL BY NAME
  SELECT thread, node, start_ns, end_ns, 1 AS depth, 'vma' AS category, op AS name, address, result
  FROM vma_ops WHERE run_id = getvariable('run')
  UNION ALL BY NAME
  SELECT thread, node, start_ns, end_ns, 1 AS depth, 'syscall' AS category, name, result::VARCHAR AS result
  FROM syscalls WHERE run_id = getvariable('run')
  UNION ALL BY NAME
  SELECT thread, from_node AS node, start_ns, end_ns, 1 AS depth, 'migration' AS category,
    'migrates to node ' || to_node AS name, CASE WHEN end_ns < getvariable('to_ns') THEN number END AS leaves
  FROM arrivals
  UNION ALL BY NAME
  SELECT thread, to_node AS node, end_ns AS start_ns, end_ns + 1 AS end_ns, 4 AS depth, 'migration' AS category,
    'arrives from node ' || from_node AS name, number AS arrives
  FROM arrivals
  UNION ALL BY NAME
  SELECT thread, node, start_ns, end_ns, 2 AS depth, 'state' AS category, state AS name
  FROM intervals WHERE run_id = getvariable('run')
  UNION ALL BY NAME
  SELECT thread, node, start_ns, end_ns, 3 AS depth, 'fault' AS category, kind || ' fault' AS name, page, address, ip, retries,
    result
  FROM faults WHERE run_id = getvariable('run')),
chosen AS (
  SELECT * REPLACE (
    greatest(start_ns, getvariable('from_ns')) AS start_ns, least(end_ns, getvariable('to_ns')) AS end_ns)
  FROM slices
  WHERE start_ns < getvariable('high_ns') AND greatest(start_ns, getvariable('from_ns')) >= getvariable('low_ns')
    AND end_ns > start_ns AND end_ns > getvariable('from_ns'))
SELECT c.thread, t.name AS thread_name, c.node, c.start_ns, c.end_ns, c.category, c.name, c.page, hex(c.address) AS address,
  coalesce(g.object, g.region) AS object, p.place, p.function, c.retries, c.result, c.leaves, c.arrives
FROM chosen c
LEFT JOIN threads t ON t.run_id = getvariable('run') AND t.thread = c.thread
LEFT JOIN pages g ON g.run_id = getvariable('run') AND g.page = c.page
LEFT JOIN places p ON p.run_id = getvariable('run') AND p.ip = c.ip
ORDER BY c.start_ns, c.end_ns DESC, c.thread, c.depth, c.name;
