-- page-life: every fault on one page and every message about it, in order.
-- page is the page number as hot-pages shows it (address / page size). from_node and to_node are the same for a fault.
-- Parameter page = required: the page
-- Parameter run = latest: the run
-- Parameter limit = 1000: rows at most
WITH happenings AS (
  SELECT start_ns AS at_ns, 0 AS rank, 'fault begins' AS what, kind AS detail, thread, node AS from_node, node AS to_node,
    NULL::BIGINT AS took_ns, coalesce(place, '') || ' ' || hex(address) AS note, fault_id AS id
  FROM located_faults WHERE run_id = getvariable('run') AND page = getvariable('page')
  UNION ALL
  SELECT end_ns, 3, 'fault ends', kind, thread, node, node, end_ns - start_ns,
    result || CASE WHEN retries > 0 THEN ', retries ' || retries ELSE '' END, fault_id
  FROM faults WHERE run_id = getvariable('run') AND page = getvariable('page')
  UNION ALL
  SELECT sent_ns, 1, 'message', type, thread, src, dst, handled_ns - sent_ns,
    'delivered ' || us(delivered_ns) || ' us, result ' || result, seq
  FROM messages WHERE run_id = getvariable('run') AND page = getvariable('page'))
SELECT us(at_ns) AS at_us, what, detail, thread, from_node, to_node, us(took_ns) AS took_us, note
FROM happenings
ORDER BY at_ns, rank, id
LIMIT getvariable('limit');
