package org.popcornreplay.replay.store;

/** Statements that complete a run: which objects and code addresses matter, what names a page. */
final class ObjectNames {
  private ObjectNames() {}

  /** Forgets objects that lie on none of the run's pages and that no thread synchronised with. */
  static String forgetObjects(long runId, int pageBytes) {
    return """
        DELETE FROM objects WHERE run_id = %1$d AND object_id NOT IN (
          SELECT o.object_id
          FROM (
            SELECT page * %2$d AS low, (page + 1) * %2$d AS high FROM pages WHERE run_id = %1$d
            UNION SELECT object, object + 1 FROM sync_ops WHERE run_id = %1$d
            UNION SELECT address, address + 1 FROM futex_ops WHERE run_id = %1$d) p
          JOIN (SELECT * FROM objects WHERE run_id = %1$d) o
            ON o.address < p.high AND o.address + greatest(o.size_bytes, 1) > p.low)"""
        .formatted(runId, pageBytes);
  }

  /** Forgets code addresses that occur nowhere in the run. */
  static String forgetCode(long runId) {
    return """
        DELETE FROM code WHERE run_id = %1$d AND ip NOT IN (
          SELECT ip FROM faults WHERE run_id = %1$d AND ip IS NOT NULL
          UNION SELECT ip FROM sync_ops WHERE run_id = %1$d AND ip IS NOT NULL
          UNION SELECT site_ip FROM objects WHERE run_id = %1$d AND site_ip IS NOT NULL)"""
        .formatted(runId);
  }

  /** Names each page after the object on it whose faults took longest, or else the largest. */
  static String namePages(long runId, int pageBytes) {
    return """
        UPDATE pages SET object = named.name
        FROM (
          SELECT p.page, arg_max(o.name, (o.fault_ns, o.size_bytes, -o.object_id)) AS name
          FROM (SELECT page, page * %2$d AS low, (page + 1) * %2$d AS high FROM pages WHERE run_id = %1$d) p
          JOIN (SELECT * FROM objects WHERE run_id = %1$d) o
            ON o.address < p.high AND o.address + o.size_bytes > p.low
          GROUP BY p.page) named
        WHERE pages.run_id = %1$d AND pages.page = named.page"""
        .formatted(runId, pageBytes);
  }
}
