/**
 * {@code popcorn-replay litmus}: small, human-written programs for the protocol model, with what
 * must come out of them. The language is described in docs/litmus.md.
 */
package org.popcornreplay.replay.litmus;
