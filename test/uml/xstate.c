// Loaded into user-mode Linux (LD_PRELOAD) on machines whose registers are wider than it knows: with AVX-512 or AMX the
// host refuses to set a part of a process's extended state, and the guest panics before its first program
// ("ptrace set fp regs failed, errno = 14"). Here the guest's part is completed with the rest, as it was when the guest
// last asked for the state into the same place: each of its threads has one of its own.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum { SLOTS = 2048, LARGEST = 16384 };
static struct slot {
  const void *place;
  size_t size;
  unsigned char state[LARGEST];
} slots[SLOTS];

typedef long (*ptrace_function)(enum __ptrace_request, ...);

long ptrace(enum __ptrace_request request, ...) {
  static ptrace_function next;
  if (next == NULL) next = (ptrace_function)dlsym(RTLD_NEXT, "ptrace");
  va_list arguments;
  va_start(arguments, request);
  const long pid = va_arg(arguments, long);
  void *const address = va_arg(arguments, void *);
  void *const data = va_arg(arguments, void *);
  va_end(arguments);
  const int is_get = request == PTRACE_GETREGSET;
  if ((!is_get && request != PTRACE_SETREGSET) || (uintptr_t)address != NT_X86_XSTATE) {
    return next(request, pid, address, data);
  }
  struct iovec *const wanted = data;
  struct slot *const slot = &slots[((uintptr_t)wanted->iov_base >> 6) % SLOTS];
  if (is_get || slot->place != wanted->iov_base) {
    struct iovec whole = {slot->state, LARGEST};
    slot->place = NULL;
    const long result = next(PTRACE_GETREGSET, pid, address, &whole);
    if (result != 0) return result;
    slot->place = wanted->iov_base;
    slot->size = whole.iov_len;
  }
  const size_t shared = wanted->iov_len < slot->size ? wanted->iov_len : slot->size;
  if (is_get) {
    memcpy(wanted->iov_base, slot->state, shared);
    wanted->iov_len = shared;
    return 0;
  }
  memcpy(slot->state, wanted->iov_base, shared);
  struct iovec whole = {slot->state, slot->size};
  return next(PTRACE_SETREGSET, pid, address, &whole);
}
