/**
 * Tables of fixed-width and text columns as Arrow IPC streams: written and read with primitive
 * arrays, every size checked before memory is taken.
 */
package org.popcornreplay.traces.arrow;
