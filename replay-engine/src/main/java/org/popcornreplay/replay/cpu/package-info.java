/** The processors of a node: cores, run queue, time slices, kernel work that takes cores away. */
package org.popcornreplay.replay.cpu;
