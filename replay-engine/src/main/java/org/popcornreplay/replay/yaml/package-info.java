/** Reading YAML that people wrote or strangers sent: placements, profiles, plans of a sweep. */
package org.popcornreplay.replay.yaml;
