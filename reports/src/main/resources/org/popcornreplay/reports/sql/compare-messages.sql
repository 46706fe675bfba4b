-- Messages by type in run {a} and run {b}, the largest change first.
SELECT type, coalesce(sum(message_count) FILTER (run_id = {a}), 0)::BIGINT AS first_messages,
       coalesce(sum(message_count) FILTER (run_id = {b}), 0)::BIGINT AS second_messages,
       second_messages - first_messages AS change_messages,
       coalesce(sum(bytes) FILTER (run_id = {a}), 0)::BIGINT AS first_bytes,
       coalesce(sum(bytes) FILTER (run_id = {b}), 0)::BIGINT AS second_bytes
FROM traffic
WHERE run_id IN ({a}, {b})
GROUP BY type
ORDER BY abs(change_messages) DESC, type
LIMIT 64
