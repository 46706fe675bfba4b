/**
 * Compares replays with what a real Popcorn kernel sent: each program is recorded, replayed with
 * its own migrations, and its messages are counted by type and direction.
 */
package org.popcornreplay.dist.kernel;
