/** Virtual machines in virtual time: the world in which protocol and threads run. */
package org.popcornreplay.replay.engine;
