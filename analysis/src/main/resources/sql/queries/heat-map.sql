-- heat-map: faults on the hottest pages in each of equal stretches of the run.
-- Parameter run = latest: the run
-- Parameter bins = 100: number of stretches
-- Parameter limit = 60: pages at most
WITH chosen AS (
  SELECT page, coalesce(object, region) AS object FROM pages WHERE run_id = getvariable('run')
  ORDER BY fault_ns DESC, page LIMIT getvariable('limit'))
SELECT f.page, any_value(c.object) AS object,
  least(f.start_ns * getvariable('bins') // greatest(r.simulated_ns, 1), getvariable('bins') - 1) AS bin,
  count(*) AS faults, ms(sum(f.end_ns - f.start_ns)) AS fault_ms
FROM faults f JOIN chosen c USING (page) JOIN runs r ON r.run_id = f.run_id
WHERE f.run_id = getvariable('run')
GROUP BY f.page, bin
ORDER BY f.page, bin;
