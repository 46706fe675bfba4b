-- Messages and bytes of run {run} by type and time: the run is cut into {slices} equal slices, numbered from 0, by the moment of sending.
SELECT least(sent_ns * {slices} // {length}, {slices} - 1) AS slice, type,
       count(*) AS messages, sum(bytes)::BIGINT AS bytes
FROM messages
WHERE run_id = {run} AND sent_ns >= 0
GROUP BY slice, type
ORDER BY slice, type
