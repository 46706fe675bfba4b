/** Which thread runs on which node. */
package org.popcornreplay.replay.placement;
