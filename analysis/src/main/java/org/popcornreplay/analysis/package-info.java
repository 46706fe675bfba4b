/** popcorn-sql: named questions to the run store. */
package org.popcornreplay.analysis;
