/** Walks through every order in which the steps of a small scenario can happen. */
package org.popcornreplay.protocol.explore;
