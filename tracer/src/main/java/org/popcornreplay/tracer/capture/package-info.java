/** Builds and runs the capture tool, and turns its stream into a trace. */
package org.popcornreplay.tracer.capture;
