-- The run store: one DuckDB file, any number of runs, schema version 2. Every table of a run begins with run_id.
-- Times are simulated nanoseconds since the start of the run, sizes are bytes. Nodes are 0.., node 0 is the origin;
-- `thread` is the trace's thread number (0 = main thread, never reused); `page` is address / page size of the run.
-- NULL stands where a fact does not exist (a message about no page, an address without a source line).
-- Each column is explained in docs/sql-schema.md; a test compares the two.

-- Words of the tables with most rows: a byte a row, half the processor time of VARCHAR. SQL compares and shows them like
-- strings; their labels stand in the order of strings so that they sort like them too. Version 1 had VARCHAR here.
CREATE TYPE message_type AS ENUM (
  'FUTEX_REQUEST', 'FUTEX_RESPONSE', 'NODE_INFO', 'PAGE_INVALIDATE_REQUEST', 'PAGE_INVALIDATE_RESPONSE',
  'REMOTE_PAGE_FLUSH', 'REMOTE_PAGE_FLUSH_ACK', 'REMOTE_PAGE_RELEASE', 'REMOTE_PAGE_REQUEST', 'REMOTE_PAGE_RESPONSE',
  'REMOTE_PAGE_RESPONSE_SHORT', 'REMOTE_PROC_CPUINFO_REQUEST', 'REMOTE_PROC_CPUINFO_RESPONSE',
  'REMOTE_PROC_MEMINFO_REQUEST', 'REMOTE_PROC_MEMINFO_RESPONSE', 'REMOTE_PROC_PS_REQUEST', 'REMOTE_PROC_PS_RESPONSE',
  'SCHED_PERIODIC', 'STAT_END', 'STAT_START', 'TASK_EXIT_ORIGIN', 'TASK_EXIT_REMOTE', 'TASK_MIGRATE',
  'TASK_MIGRATE_BACK', 'TASK_PAIRING', 'TEST_RDMA_REQUEST', 'TEST_RDMA_RESPONSE', 'TEST_REQUEST', 'TEST_RESPONSE',
  'VMA_INFO_REQUEST', 'VMA_INFO_RESPONSE', 'VMA_OP_REQUEST', 'VMA_OP_RESPONSE');
CREATE TYPE fault_kind AS ENUM ('read', 'upgrade', 'write');
CREATE TYPE outcome AS ENUM (
  'BUG', 'EACCES', 'EAGAIN', 'EBUSY', 'EFAULT', 'EINTR', 'EINVAL', 'EIO', 'ENOENT', 'ENOMEM', 'ENOSYS', 'EOPNOTSUPP',
  'ESRCH', 'ETIMEDOUT', 'HANG', 'OK', 'SIGBUS', 'SIGSEGV');
CREATE TYPE thread_state AS ENUM (
  'compute', 'fault', 'futex', 'idle', 'migration', 'run-queue', 'syscall', 'vma');

-- What the file is: `format` = popcorn-replay run store, `schema_version` = 2.
CREATE TABLE store_info (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- One row a run: what was asked for, and the totals that came out.
CREATE TABLE runs (
  run_id BIGINT PRIMARY KEY, label VARCHAR, trace_hash VARCHAR, program VARCHAR, arguments VARCHAR, nodes INTEGER,
  cores INTEGER, placement VARCHAR, profile VARCHAR, transport VARCHAR, order_mode VARCHAR, page_bytes INTEGER, seed BIGINT,
  simulated_ns BIGINT, baseline_ns BIGINT, speedup DOUBLE, accesses BIGINT, instructions BIGINT, events BIGINT,
  message_count BIGINT, message_bytes BIGINT, read_faults BIGINT, write_faults BIGINT, upgrade_faults BIGINT, retries BIGINT,
  migration_count BIGINT, record_level VARCHAR, options VARCHAR, slice_instructions BIGINT,
  started_at TIMESTAMP, wall_ms BIGINT, model_version VARCHAR);

CREATE TABLE nodes (
  run_id BIGINT, node INTEGER, cores INTEGER, busy_ns BIGINT, kernel_ns BIGINT, bytes_sent BIGINT, bytes_received BIGINT,
  messages_sent BIGINT, messages_received BIGINT, rdma_bytes_written BIGINT, fh_actions BIGINT[]);

CREATE TABLE threads (
  run_id BIGINT, thread INTEGER, name VARCHAR, parent INTEGER, node INTEGER, instructions BIGINT, accesses BIGINT,
  start_ns BIGINT, end_ns BIGINT, compute_ns BIGINT, fault_ns BIGINT, futex_ns BIGINT, vma_ns BIGINT, migration_ns BIGINT,
  run_queue_ns BIGINT, syscall_ns BIGINT, idle_ns BIGINT, faults BIGINT, migrations BIGINT);

-- Counts by type and direction, whatever the record level.
CREATE TABLE traffic (
  run_id BIGINT, type VARCHAR, src INTEGER, dst INTEGER, message_count BIGINT, bytes BIGINT);

-- Record level `messages`: every message, in the order in which they were handled; seq numbers them by send time.
CREATE TABLE messages (
  run_id BIGINT, seq BIGINT, type message_type, src INTEGER, dst INTEGER, bytes BIGINT, sent_ns BIGINT, delivered_ns BIGINT,
  handled_ns BIGINT, thread INTEGER, page BIGINT, result INTEGER);

-- Record level `faults` and up: this table and the seven below.
CREATE TABLE faults (
  run_id BIGINT, fault_id BIGINT, thread INTEGER, node INTEGER, page BIGINT, address BIGINT, ip BIGINT, kind fault_kind,
  start_ns BIGINT, end_ns BIGINT, retries INTEGER, result outcome);

CREATE TABLE migrations (
  run_id BIGINT, thread INTEGER, from_node INTEGER, to_node INTEGER, kind VARCHAR, start_ns BIGINT, end_ns BIGINT);

CREATE TABLE vma_ops (
  run_id BIGINT, thread INTEGER, node INTEGER, op VARCHAR, address BIGINT, length_bytes BIGINT, start_ns BIGINT, end_ns BIGINT,
  result VARCHAR);

CREATE TABLE futex_ops (
  run_id BIGINT, thread INTEGER, node INTEGER, op VARCHAR, address BIGINT, start_ns BIGINT, end_ns BIGINT, woken INTEGER,
  result VARCHAR);

-- Calls of synchronisation functions (mutex, barrier, condition variable, semaphore, join).
CREATE TABLE sync_ops (
  run_id BIGINT, thread INTEGER, node INTEGER, op VARCHAR, object BIGINT, ip BIGINT, start_ns BIGINT, end_ns BIGINT);

-- Who ended whose wait: the edges of the critical path between threads.
CREATE TABLE wakes (
  run_id BIGINT, thread INTEGER, by_thread INTEGER, reason VARCHAR, called_ns BIGINT, woken_ns BIGINT);

CREATE TABLE syscalls (
  run_id BIGINT, thread INTEGER, node INTEGER, number INTEGER, name VARCHAR, start_ns BIGINT, end_ns BIGINT, result BIGINT);

-- What each thread was doing. state: compute, fault, futex, vma, migration, run-queue, syscall, idle.
CREATE TABLE intervals (
  run_id BIGINT, thread INTEGER, node INTEGER, state thread_state, start_ns BIGINT, end_ns BIGINT);

-- The chain of stretches of threads that determines the end of the run, from its end (step 0) back to its start.
CREATE TABLE critical_path (
  run_id BIGINT, step BIGINT, thread INTEGER, start_ns BIGINT, end_ns BIGINT, entered_by VARCHAR);

-- Pages that were touched on two nodes or faulted. sharing: private, read-shared, true-sharing, false-sharing, mixed.
CREATE TABLE pages (
  run_id BIGINT, page BIGINT, region VARCHAR, object VARCHAR, read_faults BIGINT, write_faults BIGINT, invalidations BIGINT,
  transfers BIGINT, fault_ns BIGINT, retries BIGINT, readers INTEGER, writers INTEGER, sharing VARCHAR, true_faults BIGINT,
  false_faults BIGINT, true_ns BIGINT, false_ns BIGINT);

-- Which thread touched which lines of a page of the table pages, on which node. Bit i of a mask stands for the i-th
-- piece of the page; a piece is 64 bytes, or page size / 64 where that is more.
CREATE TABLE page_threads (
  run_id BIGINT, page BIGINT, thread INTEGER, node INTEGER, reads BIGINT, writes BIGINT, read_lines UBIGINT, write_lines UBIGINT,
  faults BIGINT, fault_ns BIGINT);

-- Variables and heap blocks that lie on pages of the table pages, and locks.
CREATE TABLE objects (
  run_id BIGINT, object_id BIGINT, kind VARCHAR, name VARCHAR, address BIGINT, size_bytes BIGINT, thread INTEGER, site VARCHAR,
  site_ip BIGINT, faults BIGINT, fault_ns BIGINT);

-- Code addresses that occur in faults, sync_ops and allocation sites.
CREATE TABLE code (
  run_id BIGINT, ip BIGINT, function VARCHAR, file VARCHAR, line INTEGER, image VARCHAR);
