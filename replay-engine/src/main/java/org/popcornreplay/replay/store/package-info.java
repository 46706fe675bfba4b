/**
 * The run store: one DuckDB file that holds any number of runs, each written in one transaction.
 */
package org.popcornreplay.replay.store;
