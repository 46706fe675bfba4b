-- Who sends to whom in run {run}; with more than {most} nodes, neighbours are taken together in groups of {group}.
SELECT src // {group} AS src, dst // {group} AS dst, sum(message_count)::BIGINT AS messages, sum(bytes)::BIGINT AS bytes
FROM traffic
WHERE run_id = {run} AND src >= 0 AND dst >= 0
GROUP BY ALL
ORDER BY messages DESC, src, dst
LIMIT 10000
