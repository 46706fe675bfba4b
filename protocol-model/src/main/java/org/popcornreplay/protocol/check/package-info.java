/** What must hold in every state of the protocol, checked from outside the servers. */
package org.popcornreplay.protocol.check;
