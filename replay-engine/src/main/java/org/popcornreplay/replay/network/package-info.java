/** The message layer and the wires: send and receive threads, NICs, one switch, TCP or RDMA. */
package org.popcornreplay.replay.network;
