/** What needs all of the house: comparisons of whole recordings and replays with outside facts. */
package org.popcornreplay.dist;
