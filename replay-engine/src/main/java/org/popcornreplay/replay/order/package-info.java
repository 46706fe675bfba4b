/** Who goes first: the recorded order of atomic operations and locks, and locks decided anew. */
package org.popcornreplay.replay.order;
