/** The subcommands of popcorn-trace that work on traces. */
package org.popcornreplay.tracer.command;
