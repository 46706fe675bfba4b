/** What the four command lines share: exit codes, one-line errors, version, progress. */
package org.popcornreplay.traces.cli;
