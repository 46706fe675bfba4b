/**
 * Replays a program as if some of its objects lay on pages of their own: their accesses, and what
 * else names their addresses, are moved while the trace is read.
 */
package org.popcornreplay.replay.padding;
