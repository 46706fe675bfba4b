/** Other people's traces, in and out. */
package org.popcornreplay.traces.convert;
