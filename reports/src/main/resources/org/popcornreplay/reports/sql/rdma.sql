-- Bytes that nodes of run {run} wrote by RDMA into each other's memory; they are not part of any message.
SELECT coalesce(sum(rdma_bytes_written), 0)::BIGINT AS rdma_bytes FROM nodes WHERE run_id = {run}
