/** Threads of the trace in virtual time: they walk their records, hit, fault, wait and move. */
package org.popcornreplay.replay.thread;
