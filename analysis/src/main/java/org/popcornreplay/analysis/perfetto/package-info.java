/** A run as a timeline for ui.perfetto.dev, in the trace event format of Chrome. */
package org.popcornreplay.analysis.perfetto;
