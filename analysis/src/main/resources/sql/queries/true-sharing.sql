-- true-sharing: pages that moved because nodes touched the same lines: who, from where, and whether the addresses differ.
-- same_addresses = no says that the nodes faulted at different addresses of the same 64-byte line: what looks like
-- true sharing may be false sharing within the line, which line masks cannot tell.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
WITH chosen AS (
  SELECT p.*, r.page_bytes FROM pages p JOIN runs r USING (run_id)
  WHERE p.run_id = getvariable('run') AND p.sharing IN ('true-sharing', 'mixed')
  ORDER BY p.true_ns DESC, p.fault_ns DESC, p.page
  LIMIT getvariable('limit')),
whole AS (SELECT sum(fault_ns) AS fault_ns FROM pages WHERE run_id = getvariable('run')),
hits AS (
  SELECT f.page, f.address, count(DISTINCT f.node) AS nodes, sum(f.fault_ns) AS fault_ns, arg_max(f.place, f.fault_ns) AS place
  FROM located_faults f SEMI JOIN chosen c ON c.page = f.page
  WHERE f.run_id = getvariable('run') GROUP BY f.page, f.address),
told AS (
  SELECT page, max(nodes) AS nodes_at_one_address, array_to_string(list(DISTINCT place ORDER BY place)[:4], ', ') AS places
  FROM hits GROUP BY page)
SELECT c.page, hex(c.page * c.page_bytes) AS address, c.sharing, c.object, t.places, c.writers, c.readers, c.true_faults,
  ms(c.true_ns) AS true_ms, percent(c.true_ns, w.fault_ns) AS percent_of_fault_time,
  CASE WHEN t.page IS NULL THEN NULL WHEN t.nodes_at_one_address > 1 THEN 'yes' ELSE 'no' END AS same_addresses,
  CASE
    WHEN t.nodes_at_one_address = 1 THEN 'look whether different variables share one line; if so, treat as false sharing'
    WHEN c.writers = 1 THEN 'one thread writes, others read: write less often, or move the readers to its node'
    ELSE 'several threads write: keep a part for each thread and combine at the end, or put these threads on one node'
  END AS advice
FROM chosen c LEFT JOIN told t USING (page), whole w
ORDER BY c.true_ns DESC, c.fault_ns DESC, c.page;
