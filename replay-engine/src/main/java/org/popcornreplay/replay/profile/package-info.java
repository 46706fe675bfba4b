/** Cost profiles: every duration and size of kernel, processor and network as a named number. */
package org.popcornreplay.replay.profile;
