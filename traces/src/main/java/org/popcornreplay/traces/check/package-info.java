/** Checks of whole traces. */
package org.popcornreplay.traces.check;
