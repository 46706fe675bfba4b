/** What the report says: one class a section, each a question to the store and its answer. */
package org.popcornreplay.reports.sections;
