/** What a trace is: its records, its format on disk, its reader and writer. */
package org.popcornreplay.traces;
