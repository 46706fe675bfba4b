-- Distribution of fault latency in run {run}, by kind and for all faults that were told to retry: faults in each sixtieth
-- of a decade; up_to_ns is the upper end of the sixtieth.
WITH timed AS (
  SELECT coalesce(kind, 'unknown') AS kind, retries, floor(60 * log10(greatest(end_ns - start_ns, 1)))::BIGINT AS slice
  FROM faults WHERE run_id = {run}),
counted AS (
  SELECT kind AS which, slice, count(*) AS faults FROM timed GROUP BY ALL
  UNION ALL
  SELECT 'told to retry', slice, count(*) FROM timed WHERE retries > 0 GROUP BY ALL)
SELECT which, slice, round(pow(10, (slice + 1) / 60))::BIGINT AS up_to_ns, faults,
       sum(faults) OVER (PARTITION BY which ORDER BY slice) / sum(faults) OVER (PARTITION BY which) AS cumulative_share
FROM counted
ORDER BY which, slice
LIMIT 20000
