-- Messages and bytes of run {run} by type.
SELECT type, sum(message_count)::BIGINT AS messages, sum(bytes)::BIGINT AS bytes,
       sum(message_count) / greatest(sum(sum(message_count)) OVER (), 1) AS share_of_messages,
       sum(bytes) / greatest(sum(sum(bytes)) OVER (), 1) AS share_of_bytes
FROM traffic
WHERE run_id = {run}
GROUP BY type
ORDER BY messages DESC, type
LIMIT 64
