/** What is known of the program's heap: which block lived where and when, and who allocated it. */
package org.popcornreplay.replay.heap;
