-- Instants between from_ns and to_ns that divide the run into parts of at most some hundred thousand rows each.
WITH events AS (
  SELECT sent_ns AS at_ns, row_number() OVER () AS n FROM messages WHERE run_id = getvariable('run')
  UNION ALL SELECT start_ns, row_number() OVER () FROM faults WHERE run_id = getvariable('run')
  UNION ALL SELECT start_ns, row_number() OVER () FROM intervals WHERE run_id = getvariable('run'))
SELECT DISTINCT at_ns FROM events
WHERE n % getvariable('part_rows') = 0 AND at_ns > getvariable('from_ns') AND at_ns < getvariable('to_ns')
ORDER BY at_ns;
