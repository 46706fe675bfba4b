package org.popcornreplay.reports.page;

/**
 * One section of the page.
 *
 * @param id its anchor, a constant
 * @param title its heading
 * @param body what it says
 */
public record Section(String id, String title, Html body) {}
