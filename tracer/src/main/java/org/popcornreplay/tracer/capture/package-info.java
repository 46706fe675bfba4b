/** The capture tool as a process: building it, running a program under it, reading what it says. */
package org.popcornreplay.tracer.capture;
