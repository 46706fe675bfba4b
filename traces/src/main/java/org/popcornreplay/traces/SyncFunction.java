package org.popcornreplay.traces;

/** The synchronisation functions whose entry and exit a trace holds; the ordinal is the code. */
public enum SyncFunction {
  MUTEX_LOCK,
  MUTEX_TRYLOCK,
  MUTEX_TIMEDLOCK,
  MUTEX_UNLOCK,
  COND_WAIT,
  COND_TIMEDWAIT,
  COND_SIGNAL,
  COND_BROADCAST,
  BARRIER_INIT,
  BARRIER_WAIT,
  SEM_INIT,
  SEM_WAIT,
  SEM_TRYWAIT,
  SEM_TIMEDWAIT,
  SEM_POST,
  RWLOCK_RDLOCK,
  RWLOCK_WRLOCK,
  RWLOCK_TRYRDLOCK,
  RWLOCK_TRYWRLOCK,
  RWLOCK_UNLOCK,
  SPIN_LOCK,
  SPIN_TRYLOCK,
  SPIN_UNLOCK,
  ONCE,
  JOIN;

  private static final SyncFunction[] BY_CODE = values();

  /** The number in the column {@code code} of the events of its entry and exit. */
  @SuppressWarnings("EnumOrdinal") // the order of this list is part of the format
  public int code() {
    return ordinal();
  }

  /** The function with this code, or null where there is none. */
  public static SyncFunction ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
