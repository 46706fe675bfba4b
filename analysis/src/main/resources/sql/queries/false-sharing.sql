-- false-sharing: pages that moved although the nodes touched different lines: which objects, from where, and what to do.
-- sides lists each object with the threads and nodes that touched it, its pieces of the page, and the source lines that
-- faulted on it. saving_ms is the time that threads spent in these faults: the most that the advice can save, summed over
-- threads. A page of the kind mixed counts with its needless faults only. confirm_with is what to add to popcorn-replay's
-- command: it replays with these objects on pages of their own and says what that saves.
-- Parameter run = latest: the run
-- Parameter limit = 20: rows at most
WITH chosen AS (
  SELECT p.*, r.page_bytes FROM pages p JOIN runs r USING (run_id)
  WHERE p.run_id = getvariable('run') AND p.sharing IN ('false-sharing', 'mixed')
  ORDER BY p.false_ns DESC, p.fault_ns DESC, p.page
  LIMIT getvariable('limit')),
whole AS (SELECT sum(fault_ns) AS fault_ns FROM pages WHERE run_id = getvariable('run')),
used AS (
  SELECT t.page, t.thread, t.node, t.read_lines | t.write_lines AS pieces, t.writes, t.faults
  FROM page_threads t JOIN chosen USING (page)
  WHERE t.run_id = getvariable('run') AND (t.read_lines | t.write_lines) <> 0),
-- Objects on the page; where some of them faulted, only those that faulted often.
candidates AS (
  SELECT o.*, max(o.faults) OVER (PARTITION BY o.page) AS most_faults
  FROM object_pages o JOIN chosen c USING (run_id, page)),
touched AS (
  SELECT u.page, coalesce(o.name, 'line ' || piece_list(u.pieces)) AS name, o.object_id, o.kind, o.site, o.address,
    o.size_bytes, u.thread, u.node, u.pieces & coalesce(o.pieces, u.pieces) AS pieces, u.writes
  FROM used u
  LEFT JOIN candidates o
    ON o.page = u.page AND (o.pieces & u.pieces) <> 0 AND o.faults * 20 >= o.most_faults),
hits AS (
  SELECT f.page, f.address, list_sort(list(DISTINCT f.place)) AS places
  FROM located_faults f SEMI JOIN chosen c ON c.page = f.page
  WHERE f.run_id = getvariable('run') GROUP BY f.page, f.address),
source AS (
  SELECT t.page, t.object_id, list_sort(list_distinct(flatten(list(h.places))))[:4] AS places
  FROM (SELECT DISTINCT page, object_id, address, size_bytes FROM touched WHERE object_id IS NOT NULL) t
  JOIN hits h ON h.page = t.page AND touch_end(h.address) > t.address AND h.address < t.address + t.size_bytes
  GROUP BY t.page, t.object_id),
sides AS (
  SELECT t.page, t.name, any_value(t.kind) AS kind, any_value(t.site) AS site, sum(t.writes) AS writes,
    t.name || ' (' || CASE WHEN count(DISTINCT t.thread) = 1 THEN 'thread ' ELSE 'threads ' END
      || array_to_string(list_sort(list(DISTINCT t.thread))[:8], ', ') || ' on node '
      || array_to_string(list_sort(list(DISTINCT t.node))[:8], ', ') || '; line ' || piece_list(bit_or(t.pieces))
      || coalesce('; ' || array_to_string(any_value(s.places), ', '), '') || ')' AS side
  FROM touched t LEFT JOIN source s ON s.page = t.page AND s.object_id = t.object_id
  GROUP BY t.page, t.name, t.object_id),
pairs AS (
  SELECT page, string_agg(side, ' | ' ORDER BY writes DESC, name) AS sides, count(*) AS objects,
    array_to_string(list(name ORDER BY writes DESC, name) FILTER (WHERE kind IS NOT NULL)[:6], ', ') AS names,
    max(kind) FILTER (WHERE kind IS NOT NULL) AS kind, count(*) FILTER (WHERE kind = 'heap') AS blocks,
    array_to_string(list(DISTINCT site ORDER BY site) FILTER (WHERE site <> '')[:4], ', ') AS sites,
    array_to_string(list(DISTINCT pad ORDER BY pad) FILTER (WHERE pad <> '')[:6], ' ') AS confirm_with
  FROM (
    SELECT *, '--pad ' || CASE WHEN kind = 'heap' THEN nullif(regexp_replace(site, '.*/', ''), '')
      WHEN kind IS NOT NULL THEN name END AS pad
    FROM sides)
  GROUP BY page)
SELECT c.page, hex(c.page * c.page_bytes) AS address, c.sharing, p.sides, c.false_faults, c.true_faults,
  ms(c.false_ns) AS saving_ms, percent(c.false_ns, w.fault_ns) AS percent_of_fault_time,
  CASE
    WHEN p.kind IS NULL THEN 'put what the threads use at these lines on pages of their own'
    WHEN p.objects = 1 AND p.blocks = 1
      THEN 'split the heap block from ' || p.sites || ': give each thread''s part a page of its own (' || c.page_bytes || ' bytes)'
    WHEN p.objects = 1
      THEN 'split ' || p.names || ': give each thread''s part a page of its own (' || c.page_bytes || ' bytes)'
    WHEN p.blocks = p.objects
      THEN 'allocate these blocks on pages of their own: aligned_alloc(' || c.page_bytes || ', size rounded up to '
        || c.page_bytes || ') at ' || p.sites
    ELSE 'align each of ' || p.names || ' to a page: __attribute__((aligned(' || c.page_bytes || ')))'
  END AS advice,
  nullif(p.confirm_with, '') AS confirm_with
FROM chosen c LEFT JOIN pairs p USING (page), whole w
ORDER BY c.false_ns DESC, c.fault_ns DESC, c.page;
