/** Traces without a program: scripted by hand, or generated patterns with known answers. */
package org.popcornreplay.traces.generate;
