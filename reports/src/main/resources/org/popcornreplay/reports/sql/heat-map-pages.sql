-- The {most} pages of run {run} with the most fault time, by address, and what lies on them.
WITH hot AS (
  SELECT page, count(*) AS faults, sum(end_ns - start_ns)::BIGINT AS fault_ns
  FROM faults WHERE run_id = {run} GROUP BY page ORDER BY fault_ns DESC, page LIMIT {most})
SELECT hot.page, printf('0x%x', hot.page * (SELECT page_bytes FROM runs WHERE run_id = {run})) AS address,
       coalesce(nullif(p.object, ''), p.region) AS what, p.sharing, hot.faults, hot.fault_ns,
       (SELECT count(*) FROM faults WHERE run_id = {run}) AS all_faults
FROM hot LEFT JOIN (SELECT * FROM pages WHERE run_id = {run}) AS p USING (page)
ORDER BY hot.page
