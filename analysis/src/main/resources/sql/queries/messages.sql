-- messages: messages and bytes by type, with the time from sending to delivery and to the end of the handler.
-- The latencies are there for runs of record level messages.
-- Parameter run = latest: the run
WITH sums AS (
  SELECT type, sum(message_count)::BIGINT AS messages, sum(bytes)::BIGINT AS bytes
  FROM traffic WHERE run_id = getvariable('run') GROUP BY type),
latencies AS (
  SELECT type, avg(delivered_ns - sent_ns) AS delivery_ns, max(delivered_ns - sent_ns) AS longest_ns,
    avg(handled_ns - delivered_ns) AS handler_ns
  FROM messages WHERE run_id = getvariable('run') GROUP BY type)
SELECT s.type, s.messages, percent(s.messages, sum(s.messages) OVER ()) AS messages_percent,
  s.bytes, percent(s.bytes, sum(s.bytes) OVER ()) AS bytes_percent,
  us(l.delivery_ns) AS mean_delivery_us, us(l.longest_ns) AS longest_delivery_us, us(l.handler_ns) AS mean_handling_us
FROM sums s LEFT JOIN latencies l USING (type)
ORDER BY s.messages DESC, s.type;
