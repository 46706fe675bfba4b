/** The pictures: one class a chart, one look for all, drawn by JFreeChart. */
package org.popcornreplay.reports.charts;
