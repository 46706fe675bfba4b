/* One probe for each kind of instruction that accesses memory: what stands between the labels is
   executed once, with RDI at the middle of a page-aligned area of four pages that nothing else
   touches. Prints for each probe its name, first and last code address and the address in RDI. */
#include <stdio.h>

#define AREA (4 * 4096)
#define MIDDLE 8192

/* NAME(prepare, probed): only accesses of "probed" are compared. */
#define PROBE(name, prepare, probed)                                                               \
   __asm__(".pushsection .bss\n.balign 4096\narea_" #name ": .skip 16384\n.popsection\n"           \
           ".pushsection .text\n.globl run_" #name "\nrun_" #name ":\n"                            \
           "pushq %rbx\n pushq %rbp\n pushq %r12\n movq %rsp, %rbp\n"                              \
           "leaq area_" #name "+8192(%rip), %rdi\n" prepare "\n"                                   \
           ".globl from_" #name "\nfrom_" #name ":\n" probed "\n"                                  \
           ".globl to_" #name "\nto_" #name ":\n"                                                  \
           "movq %rbp, %rsp\n popq %r12\n popq %rbp\n popq %rbx\n vzeroupper\n cld\n ret\n"        \
           ".popsection\n.globl area_" #name "\n");

#define PROBES(P)                                                                                  \
   P(load1, "", "movb (%rdi), %al")                                                                \
   P(load2, "", "movw 2(%rdi), %ax")                                                               \
   P(load4, "", "movl 4(%rdi), %eax")                                                              \
   P(load8, "", "movq 8(%rdi), %rax")                                                              \
   P(store1, "", "movb %al, 1(%rdi)")                                                              \
   P(store2, "", "movw %ax, 2(%rdi)")                                                              \
   P(store4, "", "movl %eax, 4(%rdi)")                                                             \
   P(store8, "", "movq %rax, 64(%rdi)")                                                            \
   P(extend, "", "movzbl 3(%rdi), %eax\n movswq 6(%rdi), %rcx")                                    \
   P(sse_load, "", "movdqu 20(%rdi), %xmm0")                                                       \
   P(sse_store, "", "movaps %xmm0, 32(%rdi)")                                                      \
   P(sse_half, "", "movhps 8(%rdi), %xmm0\n movlps %xmm0, 16(%rdi)\n addsd 24(%rdi), %xmm1")       \
   P(avx_load, "", "vmovdqu 32(%rdi), %ymm0")                                                      \
   P(avx_store, "", "vmovaps %ymm0, 64(%rdi)")                                                     \
   P(avx_add, "", "vpaddd 96(%rdi), %ymm0, %ymm1")                                                 \
   P(broadcast, "", "vbroadcastss 12(%rdi), %ymm0")                                                \
   P(masked_load, "vpcmpeqd %xmm1, %xmm1, %xmm1\n vpsrldq $8, %xmm1, %xmm1",                       \
     "vpmaskmovd 16(%rdi), %xmm1, %xmm0")                                                          \
   P(masked_store, "vpcmpeqd %xmm1, %xmm1, %xmm1\n vpslldq $12, %xmm1, %xmm1",                     \
     "vmaskmovps %xmm0, %xmm1, 16(%rdi)")                                                          \
   P(gather, "vpcmpeqd %xmm1, %xmm1, %xmm1\n movl $1024, %eax\n vmovd %eax, %xmm2\n"               \
             "vpshufd $0x11, %xmm2, %xmm2",                                                        \
     "vpgatherdd %xmm1, (%rdi,%xmm2,4), %xmm0")                                                    \
   P(rep_movsb, "movq %rdi, %rsi\n addq $100, %rdi\n movl $3, %ecx", "rep movsb")                  \
   P(rep_movsq, "movq %rdi, %rsi\n addq $4096, %rdi\n movl $2, %ecx", "rep movsq")                 \
   P(rep_stosq, "xorl %eax, %eax\n movl $3, %ecx", "rep stosq")                                    \
   P(rep_none, "xorl %ecx, %ecx\n movq %rdi, %rsi", "rep movsq")                                   \
   P(stos_down, "std", "stosb")                                                                    \
   P(repe_cmpsb, "leaq 8(%rdi), %rsi\n movl $2, %ecx", "repe cmpsb")                               \
   P(repne_scasb, "movl $1, %eax\n movl $2, %ecx", "repne scasb")                                  \
   P(lods, "leaq 40(%rdi), %rsi", "lodsq")                                                         \
   P(cmpxchg_done, "xorl %eax, %eax\n movl $5, %edx", "lock cmpxchgl %edx, 16(%rdi)")              \
   P(cmpxchg_failed, "movl $7, %eax\n movl $5, %edx", "lock cmpxchgq %rdx, 24(%rdi)")              \
   P(cmpxchg8b, "xorl %eax, %eax\n xorl %edx, %edx", "lock cmpxchg8b 8(%rdi)")                     \
   P(cmpxchg16b, "xorl %eax, %eax\n xorl %edx, %edx", "lock cmpxchg16b 48(%rdi)")                  \
   P(xadd, "movl $1, %eax", "lock xaddq %rax, 8(%rdi)")                                            \
   P(xchg, "movl $1, %eax", "xchgl %eax, 12(%rdi)")                                                \
   P(lock_inc, "", "lock incw 2(%rdi)")                                                            \
   P(lock_or, "", "lock orb $4, 3(%rdi)")                                                          \
   P(lock_not, "", "lock notl 4(%rdi)")                                                            \
   P(lock_bts, "movl $77, %eax", "lock btsq %rax, (%rdi)")                                         \
   P(lock_bts_constant, "", "lock btsl $9, 8(%rdi)")                                               \
   P(add_memory, "", "addq %rax, 8(%rdi)")                                                         \
   P(inc_memory, "", "incl (%rdi)")                                                                \
   P(shift_memory, "", "shlw $3, 6(%rdi)")                                                         \
   P(neg_memory, "", "negb 5(%rdi)")                                                               \
   P(compare, "", "cmpq %rax, 8(%rdi)\n sete %al\n testb $1, 16(%rdi)")                                       \
   P(setcc, "cmpq %rax, %rax", "sete 9(%rdi)")                                                     \
   P(bts_memory, "movl $77, %eax", "btsq %rax, (%rdi)")                                            \
   P(bt_register, "movl $7, %eax", "btq %rax, %rcx\n btsl %eax, %ecx")                             \
   P(cmov_taken, "cmpq %rax, %rax", "cmove 8(%rdi), %rax")                                         \
   P(cmov_not_taken, "cmpq %rax, %rax", "cmovne 8(%rdi), %rax")                                    \
   P(x87_load, "", "fldt 16(%rdi)\n fstp %st(0)")                                                  \
   P(x87_store, "fldz", "fstpt 32(%rdi)")                                                          \
   P(x87_other, "", "fldl 8(%rdi)\n fistpl 4(%rdi)\n fnstcw 2(%rdi)")                              \
   P(x87_environment, "", "fnstenv 64(%rdi)")                                                      \
   P(fxsave, "", "fxsave (%rdi)")                                                                  \
   P(fxrstor, "fxsave 4096(%rdi)\n movq %rdi, %rax", "fxrstor 4096(%rdi)")                         \
   P(xsave, "movl $7, %eax\n xorl %edx, %edx\n vpcmpeqd %ymm0, %ymm0, %ymm0", "xsave (%rdi)")      \
   P(xsave_sse, "movl $2, %eax\n xorl %edx, %edx", "xsave (%rdi)")                                 \
   P(mxcsr, "", "stmxcsr 8(%rdi)")                                                                 \
   P(store_around_caches, "", "movnti %rax, 8(%rdi)\n movntdq %xmm0, 16(%rdi)\n vmovntps %ymm0, 32(%rdi)") \
   P(load_around_caches, "", "movntdqa 16(%rdi), %xmm0")                                           \
   P(prefetch, "", "prefetcht0 (%rdi)\n prefetchnta 64(%rdi)\n prefetchw 128(%rdi)")               \
   P(fences, "", "mfence\n lfence\n sfence\n pause\n leaq 8(%rdi), %rax\n nopl 8(%rdi)")           \
   P(page_crossing_load, "", "movq -3(%rdi), %rax")                                                \
   P(page_crossing_store, "", "vmovdqu %ymm0, 4080(%rdi)")                                         \
   P(page_crossing_add, "", "addl %eax, -1(%rdi)")                                                 \
   P(line_crossing_load, "", "movl 62(%rdi), %eax")                                                \
   P(line_crossing_store, "", "movdqu %xmm0, 120(%rdi)")                                           \
   P(push, "movq %rdi, %rsp", "pushq %rax")                                                        \
   P(pop, "movq %rdi, %rsp", "popq %rax")                                                          \
   P(push_memory, "movq %rdi, %rsp", "pushq 64(%rdi)")                                             \
   P(pop_memory, "movq %rdi, %rsp", "popq 64(%rdi)")                                               \
   P(call_and_return, "movq %rdi, %rsp", "call 1f\n jmp 2f\n 1: ret\n 2:")                         \
   P(leave, "movq %rdi, %rsp\n movq %rbp, %r12\n movq %rdi, %rbp", "leave\n movq %rbp, %rax\n movq %r12, %rbp") \
   P(pushf, "movq %rdi, %rsp", "pushfq")                                                           \
   P(pcmpistri, "", "pcmpistri $0, 16(%rdi), %xmm0")                                               \
   P(movbe, "", "movbe 8(%rdi), %eax\n movbe %rax, 16(%rdi)")                                      \
   P(insert, "", "pinsrd $1, 4(%rdi), %xmm0\n pextrb $3, %xmm0, 9(%rdi)")                          \
   P(masked_bytes, "pcmpeqd %xmm1, %xmm1\n addq $16, %rdi", "maskmovdqu %xmm1, %xmm0")             \
   P(load_twice, "", "movl 8(%rdi), %eax\n movl 8(%rdi), %ecx")                                    \
   P(read_then_write, "", "movl 8(%rdi), %eax\n movl %eax, 8(%rdi)")                               \
   P(multiply, "", "imulq $3, 8(%rdi), %rax\n mulx 16(%rdi), %rcx, %rdx\n popcntl 24(%rdi), %r8d") \
   P(crc, "", "crc32b 7(%rdi), %eax")

PROBES(PROBE)

#define DECLARE(name, prepare, probed)                                                             \
   extern void run_##name(void);                                                                   \
   extern char from_##name[], to_##name[], area_##name[];
PROBES(DECLARE)

#define RUN(name, prepare, probed) run_##name();
#define SAY(name, prepare, probed)                                                                 \
   printf("%s %lx %lx %lx\n", #name, (unsigned long)from_##name, (unsigned long)to_##name,         \
          (unsigned long)area_##name + MIDDLE);

int main(void)
{
   PROBES(RUN)
   PROBES(SAY)
   return 0;
}
