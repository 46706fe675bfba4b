-- Distribution of fault latency in run {run} by kind: faults in each sixtieth of a decade; up_to_ns is the slice's upper end.
SELECT kind, slice, round(pow(10, (slice + 1) / 60))::BIGINT AS up_to_ns, faults,
       sum(faults) OVER (PARTITION BY kind ORDER BY slice) / sum(faults) OVER (PARTITION BY kind) AS cumulative_share
FROM (
  SELECT kind, floor(60 * log10(greatest(end_ns - start_ns, 1)))::BIGINT AS slice, count(*) AS faults
  FROM faults WHERE run_id = {run} GROUP BY ALL)
ORDER BY kind, slice
LIMIT 20000
