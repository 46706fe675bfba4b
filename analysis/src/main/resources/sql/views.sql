-- What the named queries have in common; also there for queries of your own. In DuckDB's shell:
-- .read views.sql after opening the store. Nothing here is written to the store.

-- Nanoseconds as milliseconds and microseconds, for people.
CREATE OR REPLACE TEMP MACRO ms(nanos) AS round(nanos / 1e6, 3);
CREATE OR REPLACE TEMP MACRO us(nanos) AS round(nanos / 1e3, 1);

-- A part of a whole in percent, NULL where there is no whole.
CREATE OR REPLACE TEMP MACRO percent(part, whole) AS round(100.0 * part / nullif(whole, 0), 1);

-- An address as programs print it.
CREATE OR REPLACE TEMP MACRO hex(address) AS printf('0x%x', address);

-- Bytes of the piece of a page that one bit of a line mask stands for.
CREATE OR REPLACE TEMP MACRO piece_bytes(page_bytes) AS greatest(64, page_bytes // 64);

-- The mask of the pieces low..high of a page.
CREATE OR REPLACE TEMP MACRO piece_mask(low, high) AS
  ((1::UHUGEINT << (high + 1)::UHUGEINT) - (1::UHUGEINT << low::UHUGEINT))::UBIGINT;

-- The numbers of the pieces in a mask: 0, 4, 17.
CREATE OR REPLACE TEMP MACRO piece_list(mask) AS
  CASE WHEN mask = 18446744073709551615 THEN 'all'
  ELSE array_to_string(list_filter(range(64), lambda i: (mask::UBIGINT >> i::UBIGINT) & 1::UBIGINT = 1), ', ') END;

-- The end of what an access at an address may have touched: a trace of visits knows 64-byte lines, whose address ends in
-- six zero bits; all other addresses are exact.
CREATE OR REPLACE TEMP MACRO touch_end(address) AS address + CASE WHEN address & 63 = 0 THEN 64 ELSE 1 END;

-- file:line of a code address; the function, or the address itself, where debug information lacks it.
CREATE OR REPLACE TEMP VIEW places AS
SELECT run_id, ip, function, file, line, image,
  CASE WHEN file <> '' AND line IS NOT NULL THEN file || ':' || line
       WHEN function <> '' THEN function
       ELSE hex(ip) END AS place
FROM code;

-- Every fault with its duration and the place in the source that raised it.
CREATE OR REPLACE TEMP VIEW located_faults AS
SELECT f.*, f.end_ns - f.start_ns AS fault_ns, p.function, p.file, p.line, coalesce(p.place, hex(f.ip)) AS place
FROM faults f LEFT JOIN places p ON p.run_id = f.run_id AND p.ip = f.ip;

-- Every object on every page of the table pages that it lies on, with the pieces that it covers there.
CREATE OR REPLACE TEMP VIEW object_pages AS
SELECT p.run_id, p.page, o.object_id, o.kind, o.name, o.address, o.size_bytes, o.site, o.faults, o.fault_ns,
  piece_mask(
    (greatest(o.address - p.page * r.page_bytes, 0)) // piece_bytes(r.page_bytes),
    (least(o.address + greatest(o.size_bytes, 1) - p.page * r.page_bytes, r.page_bytes) - 1) // piece_bytes(r.page_bytes))
    AS pieces
FROM pages p
JOIN runs r ON r.run_id = p.run_id
JOIN objects o ON o.run_id = p.run_id
  AND o.address < (p.page + 1) * r.page_bytes AND o.address + greatest(o.size_bytes, 1) > p.page * r.page_bytes;
