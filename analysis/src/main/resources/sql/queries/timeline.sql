-- timeline: what happened in each of equal stretches of the run: faults and the time in them, messages, migrations, waits.
-- A fault, wait or migration counts where it ended, a message where it was sent.
-- Parameter run = latest: the run
-- Parameter bins = 50: number of stretches
WITH r AS (
  SELECT greatest(simulated_ns, 1) AS simulated_ns FROM runs WHERE run_id = getvariable('run')),
f AS (
  SELECT least(end_ns * getvariable('bins') // (SELECT simulated_ns FROM r), getvariable('bins') - 1) AS bin, count(*) AS faults, sum(end_ns - start_ns) AS fault_ns, sum(retries) AS retries
  FROM faults WHERE run_id = getvariable('run') GROUP BY bin),
m AS (
  SELECT least(sent_ns * getvariable('bins') // (SELECT simulated_ns FROM r), getvariable('bins') - 1) AS bin, count(*) AS messages, sum(bytes) AS bytes
  FROM messages WHERE run_id = getvariable('run') GROUP BY bin),
u AS (
  SELECT least(end_ns * getvariable('bins') // (SELECT simulated_ns FROM r), getvariable('bins') - 1) AS bin, sum(end_ns - start_ns) AS futex_ns
  FROM futex_ops WHERE run_id = getvariable('run') GROUP BY bin),
g AS (
  SELECT least(end_ns * getvariable('bins') // (SELECT simulated_ns FROM r), getvariable('bins') - 1) AS bin, count(*) AS migrations
  FROM migrations WHERE run_id = getvariable('run') GROUP BY bin)
SELECT b.bin, ms(b.bin * r.simulated_ns / getvariable('bins')) AS start_ms, coalesce(faults, 0) AS faults, ms(coalesce(fault_ns, 0)) AS fault_ms,
  coalesce(retries, 0)::BIGINT AS retries, coalesce(messages, 0) AS messages, coalesce(bytes, 0)::BIGINT AS bytes,
  ms(coalesce(futex_ns, 0)) AS futex_ms, coalesce(migrations, 0) AS migrations
FROM (SELECT unnest(range(getvariable('bins'))) AS bin) b CROSS JOIN r
LEFT JOIN f USING (bin) LEFT JOIN m USING (bin) LEFT JOIN u USING (bin) LEFT JOIN g USING (bin)
ORDER BY b.bin;
