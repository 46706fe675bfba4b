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
  JOIN
}
