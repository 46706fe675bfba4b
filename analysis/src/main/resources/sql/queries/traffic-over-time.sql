-- traffic-over-time: messages and bytes sent in each of equal stretches of the run, by type.
-- Parameter run = latest: the run
-- Parameter bins = 50: number of stretches
SELECT least(sent_ns * getvariable('bins') // greatest(r.simulated_ns, 1), getvariable('bins') - 1) AS bin,
  ms(bin * r.simulated_ns / getvariable('bins')) AS start_ms, type, count(*) AS messages, sum(bytes)::BIGINT AS bytes
FROM messages m JOIN runs r USING (run_id)
WHERE m.run_id = getvariable('run')
GROUP BY bin, r.simulated_ns, type
ORDER BY bin, type;
