/** popcorn-trace: runs a program under the capture tool and writes its trace. */
package org.popcornreplay.tracer;
