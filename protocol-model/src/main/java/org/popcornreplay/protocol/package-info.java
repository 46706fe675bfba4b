/** The rules of Popcorn Linux, without clock, threads, random source or files. */
package org.popcornreplay.protocol;
