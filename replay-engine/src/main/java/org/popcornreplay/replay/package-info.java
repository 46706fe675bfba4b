/** popcorn-replay: executes a trace against the protocol in virtual time. */
package org.popcornreplay.replay;
