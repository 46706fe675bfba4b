package org.popcornreplay.replay.padding;

/**
 * A part of an object, where it lies in the replay.
 *
 * @param kind {@code variable} or {@code heap}
 * @param name the object's name, with {@code +OFFSET} for a part behind the first
 * @param recordedAddress where it lay in the recording
 */
public record PaddedObject(
    String kind,
    String name,
    long address,
    long bytes,
    int thread,
    String site,
    long siteIp,
    long recordedAddress) {}
