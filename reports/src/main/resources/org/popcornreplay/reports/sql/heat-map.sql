-- Faults of run {run} by page and time for the {most} pages with the most fault time; the run is cut into {slices} equal slices, numbered from 0.
WITH hot AS (
  SELECT page, sum(end_ns - start_ns) AS fault_ns
  FROM faults WHERE run_id = {run} GROUP BY page ORDER BY fault_ns DESC, page LIMIT {most})
SELECT page, least(start_ns * {slices} // {length}, {slices} - 1) AS slice, count(*) AS faults
FROM faults JOIN hot USING (page)
WHERE run_id = {run} AND start_ns >= 0
GROUP BY ALL
ORDER BY page, slice
