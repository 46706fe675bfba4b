/*
 * Programs whose messages a Popcorn kernel sends in closed form: probe NAME PAGES
 *
 *   trip    PAGES round trips to node 1            5 + 11 * PAGES messages
 *   read    node 1 reads each page once            24 + 2 * PAGES
 *   back    node 1 reads and writes, 0 reads back  24 + 6 * PAGES
 *   map     node 1 maps PAGES single pages         22 + 2 * PAGES
 *   share   nodes 1 and 2 read, node 0 writes      48 + 8 * PAGES
 *   leave   threads on nodes 1 to PAGES write a page each and exit there; node 0 joins and reads
 *           them: 28 * PAGES (migration 2, VMAs of text, stack, bss and region 8, pages of stack,
 *           bss and region 6, upgrade of the stack 2, exits 2; at the origin the stack's page is
 *           fetched to read the robust list 2 and taken to clear the thread word 2, the page read 2,
 *           and exit() writes a word of the bss page 2)
 *
 * Build: gcc -O1 -static -no-pie -pthread
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096L

/* popcorn_migrate(node): the registers that the ABI keeps, as the kernel wants them. */
extern long to_node(long node);
asm(".text\n"
    ".globl to_node\n"
    "to_node:\n"
    "  lea -768(%rsp), %rsi\n"
    "  and $-64, %rsi\n"
    "  lea 0f(%rip), %rax\n"
    "  mov %rax, (%rsi)\n"
    "  movq $0, 8(%rsi)\n"
    "  mov %rbx, 32(%rsi)\n"
    "  mov %rbp, 56(%rsi)\n"
    "  mov %rsp, 64(%rsi)\n"
    "  mov %r12, 104(%rsi)\n"
    "  mov %r13, 112(%rsi)\n"
    "  mov %r14, 120(%rsi)\n"
    "  mov %r15, 128(%rsi)\n"
    "  movq $0x202, 616(%rsi)\n"
    "  mov $434, %eax\n"
    "  syscall\n"
    "0: ret\n");

static long count;

static char *region(void)
{
	/* Pages without rights on both sides keep the region a VMA of its own. */
	char *all = mmap(NULL, (count + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (all == MAP_FAILED || mprotect(all + PAGE, count * PAGE, PROT_READ | PROT_WRITE))
		exit(3);
	return all + PAGE;
}

static long sum(char *pages)
{
	long total = 0;

	for (long i = 0; i < count; i++)
		total += *(volatile long *)(pages + i * PAGE);
	return total;
}

static void fill(char *pages, long value)
{
	for (long i = 0; i < count; i++)
		*(volatile long *)(pages + i * PAGE) = value;
}

static long trip(void)
{
	for (long i = 0; i < count; i++) {
		to_node(1);
		to_node(0);
	}
	return 0;
}

static long read_there(void)
{
	char *pages = region();
	long total;

	fill(pages, 1);
	to_node(1);
	total = sum(pages);
	to_node(0);
	return total - count;
}

static long back(void)
{
	char *pages = region();
	long total;

	fill(pages, 1);
	to_node(1);
	total = sum(pages);
	fill(pages, 2);
	to_node(0);
	return total + sum(pages) - 3 * count;
}

static long map(void)
{
	long failed = 0;

	to_node(1);
	for (long i = 0; i < count; i++)
		failed += mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
	to_node(0);
	return failed;
}

static long share(void)
{
	char *pages = region();
	long total;

	fill(pages, 1);
	to_node(1);
	total = sum(pages);
	to_node(0);
	to_node(2);
	total += sum(pages);
	to_node(0);
	fill(pages, 2);
	return total - 2 * count;
}

static char *left;

static void *leave_there(void *node)
{
	to_node((long)node);
	*(volatile long *)(left + ((long)node - 1) * PAGE) = 1;
	syscall(SYS_exit, 0);
	return NULL;
}

static long leave(void)
{
	pthread_t thread[8];

	if (count > 8)
		return 1;
	left = region();
	for (long i = 0; i < count; i++)
		if (pthread_create(&thread[i], NULL, leave_there, (void *)(i + 1)))
			return 1;
	for (long i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	return sum(left) - count;
}

int main(int words, char **word)
{
	if (words < 3)
		return 2;
	count = atol(word[2]);
	if (!strcmp(word[1], "trip"))
		return trip() != 0;
	if (!strcmp(word[1], "read"))
		return read_there() != 0;
	if (!strcmp(word[1], "back"))
		return back() != 0;
	if (!strcmp(word[1], "map"))
		return map() != 0;
	if (!strcmp(word[1], "share"))
		return share() != 0;
	if (!strcmp(word[1], "leave"))
		return leave() != 0;
	return 2;
}
