-- critical-steps: the stretches of threads that make up the critical path, from the end of the run back to its start.
-- entered_by says why the thread had waited before the stretch: the path goes on in the row below, in the thread that woke it.
-- Parameter run = latest: the run
-- Parameter limit = 100: rows at most
SELECT c.step, c.thread, t.name, ms(c.start_ns) AS start_ms, ms(c.end_ns) AS end_ms, us(c.end_ns - c.start_ns) AS length_us,
  c.entered_by
FROM critical_path c LEFT JOIN threads t USING (run_id, thread)
WHERE c.run_id = getvariable('run')
ORDER BY c.step
LIMIT getvariable('limit');
