/**
 * Tells private, read-shared, truly and falsely shared pages apart, from what the threads touched.
 */
package org.popcornreplay.replay.sharing;
