/** popcorn-report: shows runs as charts and one page of HTML. */
package org.popcornreplay.reports;
