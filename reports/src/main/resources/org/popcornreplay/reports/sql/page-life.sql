-- The first {most} messages about page {page} in run {run} and the faults that began or ended in between, in order.
WITH told AS (
  SELECT * FROM messages WHERE run_id = {run} AND page = {page} ORDER BY sent_ns, seq LIMIT {most}),
span AS (
  SELECT min(sent_ns) AS from_ns, max(handled_ns) AS to_ns FROM told),
happened AS (
  SELECT fault_id, thread, node, kind, start_ns, end_ns, retries, result FROM faults, span
  WHERE run_id = {run} AND page = {page} AND end_ns >= from_ns AND start_ns <= to_ns
  ORDER BY start_ns, fault_id LIMIT {most})
SELECT sent_ns AS at_ns, 'message' AS what, type AS name, src, dst, thread, handled_ns - sent_ns AS took_ns, NULL::BIGINT AS retries,
       bytes::BIGINT AS bytes, 1 AS rank, seq AS id
FROM told
UNION ALL
SELECT start_ns, 'fault begins', kind, node, NULL, thread, NULL, NULL, NULL, 0, fault_id FROM happened
UNION ALL
SELECT end_ns, 'fault ends', kind, node, NULL, thread, end_ns - start_ns, retries, NULL, 2, fault_id
FROM happened, span WHERE end_ns <= to_ns + 1000000
ORDER BY at_ns, rank, id
