-- The pages whose fault time differs most between run {a} and run {b}.
SELECT printf('0x%x', page * (SELECT page_bytes FROM runs WHERE run_id = {b})) AS address,
       coalesce(arg_max(object, run_id), '') AS object,
       coalesce(sum(fault_ns) FILTER (run_id = {a}), 0)::BIGINT AS first_fault_ns,
       coalesce(sum(fault_ns) FILTER (run_id = {b}), 0)::BIGINT AS second_fault_ns,
       second_fault_ns - first_fault_ns AS change_ns,
       max(sharing) FILTER (run_id = {a}) AS first_sharing, max(sharing) FILTER (run_id = {b}) AS second_sharing
FROM pages
WHERE run_id IN ({a}, {b})
GROUP BY page
HAVING change_ns <> 0
ORDER BY abs(change_ns) DESC, page
LIMIT {most}
