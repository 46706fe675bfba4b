package org.popcornreplay.traces;

import java.util.Arrays;

/** Numbers sites from 0 in the order in which they are met. */
final class SiteNumbers {
  private int size;
  private long[] ips = new long[1024];
  private int[] bytes = new int[1024];
  private byte[] kinds = new byte[1024];
  private byte[] flags = new byte[1024];
  private int[] table = new int[4096]; // site + 1, 0 = free

  int size() {
    return size;
  }

  int bytes(int site) {
    return bytes[site];
  }

  int kind(int site) {
    return kinds[site];
  }

  int flags(int site) {
    return flags[site];
  }

  int number(long ip, int size0, int kind, int flag) {
    int mask = table.length - 1;
    int at = hash(ip, size0, kind, flag) & mask;
    while (table[at] != 0) {
      int s = table[at] - 1;
      if (ips[s] == ip && bytes[s] == size0 && kinds[s] == kind && flags[s] == flag) {
        return s;
      }
      at = (at + 1) & mask;
    }
    if (size == ips.length) {
      grow();
    }
    ips[size] = ip;
    bytes[size] = size0;
    kinds[size] = (byte) kind;
    flags[size] = (byte) flag;
    table[at] = ++size;
    if (size * 2 > table.length) {
      rehash();
    }
    return size - 1;
  }

  private void grow() {
    int n = size * 2;
    ips = Arrays.copyOf(ips, n);
    bytes = Arrays.copyOf(bytes, n);
    kinds = Arrays.copyOf(kinds, n);
    flags = Arrays.copyOf(flags, n);
  }

  private void rehash() {
    table = new int[table.length * 2];
    for (int s = 0; s < size; s++) {
      int at = hash(ips[s], bytes[s], kinds[s], flags[s]) & (table.length - 1);
      while (table[at] != 0) {
        at = (at + 1) & (table.length - 1);
      }
      table[at] = s + 1;
    }
  }

  private static int hash(long ip, int bytes, int kind, int flags) {
    long h =
        (ip ^ ((long) bytes << 40) ^ ((long) kind << 33) ^ ((long) flags << 37))
            * 0x9E3779B97F4A7C15L;
    return (int) (h >>> 32);
  }
}
