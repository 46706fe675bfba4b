/** The page: escaped HTML, tables with their SQL, pictures as data URIs, sequence charts as SVG. */
package org.popcornreplay.reports.page;
