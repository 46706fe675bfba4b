-- The run store: one DuckDB file, any number of runs. Every table has run_id; all times are simulated
-- nanoseconds since the start of the run unless the name says otherwise; nodes are 0.., node 0 is the origin;
-- `thread` is the trace's thread number (0 = main thread, never reused); `page` is address / page size of the run.
-- Each column is explained in docs/sql-schema.md; a test compares the two.

CREATE TABLE IF NOT EXISTS store_info (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

CREATE TABLE IF NOT EXISTS runs (
  run_id BIGINT PRIMARY KEY, label VARCHAR, trace_hash VARCHAR, program VARCHAR, arguments VARCHAR, nodes INTEGER,
  cores INTEGER, placement VARCHAR, profile VARCHAR, transport VARCHAR, order_mode VARCHAR, page_bytes INTEGER, seed BIGINT,
  simulated_ns BIGINT, baseline_ns BIGINT, speedup DOUBLE, accesses BIGINT, instructions BIGINT, events BIGINT,
  message_count BIGINT, message_bytes BIGINT, read_faults BIGINT, write_faults BIGINT, upgrade_faults BIGINT, retries BIGINT,
  migration_count BIGINT, record_level VARCHAR, options VARCHAR, slice_instructions BIGINT,
  started_at TIMESTAMP, wall_ms BIGINT, model_version VARCHAR);

CREATE TABLE IF NOT EXISTS nodes (
  run_id BIGINT, node INTEGER, cores INTEGER, busy_ns BIGINT, kernel_ns BIGINT, bytes_sent BIGINT, bytes_received BIGINT,
  messages_sent BIGINT, messages_received BIGINT, rdma_bytes_written BIGINT, fh_actions BIGINT[]);

CREATE TABLE IF NOT EXISTS threads (
  run_id BIGINT, thread INTEGER, name VARCHAR, parent INTEGER, node INTEGER, instructions BIGINT, accesses BIGINT,
  start_ns BIGINT, end_ns BIGINT, compute_ns BIGINT, fault_ns BIGINT, futex_ns BIGINT, vma_ns BIGINT, migration_ns BIGINT,
  run_queue_ns BIGINT, syscall_ns BIGINT, idle_ns BIGINT, faults BIGINT, migrations BIGINT);

CREATE TABLE IF NOT EXISTS messages (
  run_id BIGINT, seq BIGINT, type VARCHAR, src INTEGER, dst INTEGER, bytes BIGINT, sent_ns BIGINT, delivered_ns BIGINT,
  handled_ns BIGINT, thread INTEGER, page BIGINT, result INTEGER);

-- Always there, whatever the record level: counts by type and direction.
CREATE TABLE IF NOT EXISTS traffic (
  run_id BIGINT, type VARCHAR, src INTEGER, dst INTEGER, message_count BIGINT, bytes BIGINT);

CREATE TABLE IF NOT EXISTS faults (
  run_id BIGINT, fault_id BIGINT, thread INTEGER, node INTEGER, page BIGINT, address BIGINT, ip BIGINT, kind VARCHAR,
  start_ns BIGINT, end_ns BIGINT, retries INTEGER, result VARCHAR);

CREATE TABLE IF NOT EXISTS migrations (
  run_id BIGINT, thread INTEGER, from_node INTEGER, to_node INTEGER, kind VARCHAR, start_ns BIGINT, end_ns BIGINT);

CREATE TABLE IF NOT EXISTS vma_ops (
  run_id BIGINT, thread INTEGER, node INTEGER, op VARCHAR, address BIGINT, length_bytes BIGINT, start_ns BIGINT, end_ns BIGINT, result VARCHAR);

CREATE TABLE IF NOT EXISTS futex_ops (
  run_id BIGINT, thread INTEGER, node INTEGER, op VARCHAR, address BIGINT, start_ns BIGINT, end_ns BIGINT, woken INTEGER, result VARCHAR);

CREATE TABLE IF NOT EXISTS syscalls (
  run_id BIGINT, thread INTEGER, node INTEGER, number INTEGER, name VARCHAR, start_ns BIGINT, end_ns BIGINT, result BIGINT);

-- state: compute, fault, futex, vma, migration, run-queue, syscall, idle
CREATE TABLE IF NOT EXISTS intervals (
  run_id BIGINT, thread INTEGER, node INTEGER, state VARCHAR, start_ns BIGINT, end_ns BIGINT);

-- sharing: private, read-shared, true-sharing, false-sharing, mixed
CREATE TABLE IF NOT EXISTS pages (
  run_id BIGINT, page BIGINT, region VARCHAR, object VARCHAR, read_faults BIGINT, write_faults BIGINT, invalidations BIGINT,
  transfers BIGINT, fault_ns BIGINT, retries BIGINT, readers INTEGER, writers INTEGER, sharing VARCHAR);

-- Who touched which 64-byte lines of a page: bit i = line i of the page (pages larger than 4096 bytes fold).
CREATE TABLE IF NOT EXISTS page_threads (
  run_id BIGINT, page BIGINT, thread INTEGER, node INTEGER, reads BIGINT, writes BIGINT, read_lines UBIGINT, write_lines UBIGINT,
  faults BIGINT, fault_ns BIGINT);

-- Objects that lie on pages which faulted: variables and heap blocks.
CREATE TABLE IF NOT EXISTS objects (
  run_id BIGINT, object_id BIGINT, kind VARCHAR, name VARCHAR, address BIGINT, size_bytes BIGINT, thread INTEGER, site VARCHAR,
  site_ip BIGINT, faults BIGINT, fault_ns BIGINT);

-- Code addresses that occur in faults, futex_ops and allocation sites.
CREATE TABLE IF NOT EXISTS code (
  run_id BIGINT, ip BIGINT, function VARCHAR, file VARCHAR, line INTEGER, image VARCHAR);
