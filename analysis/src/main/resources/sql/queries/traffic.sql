-- traffic: messages and bytes from each node to each other node.
-- Parameter run = latest: the run
SELECT src, dst, sum(message_count)::BIGINT AS messages, sum(bytes)::BIGINT AS bytes,
  percent(sum(bytes), sum(sum(bytes)) OVER ()) AS bytes_percent, arg_max(type, bytes) AS largest_type
FROM traffic
WHERE run_id = getvariable('run')
GROUP BY src, dst
ORDER BY src, dst;
