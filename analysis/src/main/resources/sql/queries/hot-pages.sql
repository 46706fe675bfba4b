-- hot-pages: the pages on which threads waited longest, and how they were shared.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
SELECT p.page, hex(p.page * r.page_bytes) AS address, p.object, p.region, p.sharing, p.read_faults, p.write_faults,
  p.invalidations, p.transfers, p.retries, p.readers, p.writers, ms(p.fault_ns) AS fault_ms,
  percent(p.fault_ns, sum(p.fault_ns) OVER ()) AS fault_percent
FROM pages p JOIN runs r USING (run_id)
WHERE p.run_id = getvariable('run')
ORDER BY p.fault_ns DESC, p.transfers DESC, p.page
LIMIT getvariable('limit');
