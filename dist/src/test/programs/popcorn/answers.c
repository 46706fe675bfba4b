// One thread: what each call answers, right and wrong.
#include "popcorn.h"

int main(void) {
  struct node nodes[4] = {{0}};
  struct status s;
  int mine = -7;
  // The questions come before the first migration, as in most programs.
  printf("node_info %d", node_info(&mine, nodes, 4));
  printf(": here %d, up %u %u %u %u, arch %d\n", mine, nodes[0].status, nodes[1].status, nodes[2].status,
         nodes[3].status, nodes[3].arch);
  memset(&s, 0x55, sizeof s);
  printf("status %d", get_status(&s));
  printf(": node %d, peer %d %d\n", s.node, s.peer_node, s.peer_pid);
  printf("to itself %ld, too high %ld, too low %ld, nothing proposed %ld, offline %ld\n", migrate(0),
         migrate(32), migrate(-2), migrate(-1), migrate(31));
  printf("to 1: %ld", migrate(1));
  printf(", here %d", here());
  printf(", again %ld", migrate(1));
  get_status(&s);
  printf(", peer is a process %d\n", s.peer_node == 0 && s.peer_pid > 0);
  printf("back: %ld", migrate(0));
  printf(", here %d\n", here());
  printf("bad pointers:");
  printf(" %d", get_status(NULL) == -1 ? errno : 0);
  printf(" %d\n", node_info(NULL, nodes, 4) == -1 ? errno : 0);
#ifdef PROPOSE
  printf("propose %ld", syscall(PROPOSE, 0, 2));
  get_status(&s);
  printf(": %d", s.proposed);
  printf(", migrate %ld", migrate(-1));
  get_status(&s);
  printf(": here %d, proposed %d\n", s.node, s.proposed);
  printf("propose: no such thread %d", syscall(PROPOSE, 4000000, 1) == -1 ? errno : 0);
  printf(", no such node %d\n", syscall(PROPOSE, 0, 32) == -1 ? errno : 0);
  migrate(0);
#endif
  return 0;
}
