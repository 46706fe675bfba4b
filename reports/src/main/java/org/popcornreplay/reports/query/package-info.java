/** Reads the run store: every number of a report comes from one of the SQL files here. */
package org.popcornreplay.reports.query;
