/**
 * Many runs by one plan: what the plan asks for, which of it a folder already holds, and worker
 * threads that do the rest.
 */
package org.popcornreplay.replay.sweep;
