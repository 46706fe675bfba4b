-- The page of run {run} that cost the most fault time among those that have messages.
SELECT page, count(*) AS messages
FROM messages
WHERE run_id = {run} AND page >= 0
GROUP BY page
ORDER BY coalesce((SELECT sum(fault_ns) FROM pages AS p WHERE p.run_id = {run} AND p.page = messages.page), 0) DESC, messages DESC, page
LIMIT 1
