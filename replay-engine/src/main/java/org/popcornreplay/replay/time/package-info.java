/** Virtual time: one queue of everything that will happen. */
package org.popcornreplay.replay.time;
