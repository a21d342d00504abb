// See CActorGuards.h.
#define _GNU_SOURCE
#include "CActorGuards.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int active;
static int64_t monotonic, wall;
static uint64_t state = 1;

void actor_guards_set_active(int now) { active = now; }
void actor_guards_set_time(int64_t m, int64_t w) {
  monotonic = m;
  wall = w;
}

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) {
    static const char message[] = "the simulation's guards do not find the function that they stand before\n";
    (void)!write(2, message, sizeof message - 1);
    abort();
  }
  return found;
}

// splitmix64 (Steele, Lea, Flood, 2014).
static uint64_t draw(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static void fill(void *to, size_t count) {
  unsigned char *at = to;
  while (count > 0) {
    uint64_t word = draw();
    size_t part = count < sizeof word ? count : sizeof word;
    memcpy(at, &word, part);
    at += part;
    count -= part;
  }
}

static uint64_t tasks;
void actor_guards_set_seed(uint64_t seed) {
  state = seed;
  tasks = 0;
}

int clock_gettime(clockid_t clock, struct timespec *to) {
  static int (*next)(clockid_t, struct timespec *);
  if (!active) {
    if (!next) next = real("clock_gettime");
    return next(clock, to);
  }
  int64_t now = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? wall : monotonic;
  to->tv_sec = now / 1000000000;
  to->tv_nsec = now % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone) {
  static int (*next)(struct timeval *, void *);
  if (!active) {
    if (!next) next = real("gettimeofday");
    return next(to, zone);
  }
  to->tv_sec = wall / 1000000000;
  to->tv_usec = wall % 1000000000 / 1000;
  return 0;
}

time_t time(time_t *to) {
  static time_t (*next)(time_t *);
  if (!active) {
    if (!next) next = real("time");
    return next(to);
  }
  time_t now = wall / 1000000000;
  if (to) *to = now;
  return now;
}

ssize_t getrandom(void *to, size_t count, unsigned flags) {
  static ssize_t (*next)(void *, size_t, unsigned);
  if (!active) {
    if (!next) next = real("getrandom");
    return next(to, count, flags);
  }
  fill(to, count);
  return (ssize_t)count;
}

int getentropy(void *to, size_t count) {
  static int (*next)(void *, size_t);
  if (!active) {
    if (!next) next = real("getentropy");
    return next(to, count);
  }
  fill(to, count);
  return 0;
}

// Cryptographic libraries ask the kernel itself for random bytes.
long syscall(long number, ...) {
  static long (*next)(long, ...);
  va_list list;
  va_start(list, number);
  long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
  long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
  va_end(list);
  if (active && number == SYS_getrandom) {
    fill((void *)a, (size_t)b);
    return b;
  }
  if (!next) next = real("syscall");
  return next(number, a, b, c, d, e, f);
}

// Whatever leaks to a thread of its own is no longer simulated: it stops the program.
int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*start)(void *), void *restrict argument) {
  static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (active) {
    static const char message[] = "the simulation was asked for a thread; everything in it must run on the simulated executor\n";
    (void)!write(2, message, sizeof message - 1);
    abort();
  }
  if (!next) next = real("pthread_create");
  return next(thread, attributes, start, argument);
}

int actor_guards_fix_addresses(void) {
  int now = personality(0xffffffff);
  if (now == -1) return -1;
  if (now & ADDR_NO_RANDOMIZE) return 0;
  return personality((unsigned long)now | ADDR_NO_RANDOMIZE) == -1 ? -1 : 1;
}

// The runtime switches a task from one actor to the next within one job when it can. It cannot when the task prefers a task executor; so every new
// task gets one, by an option record in front of its own (swift/ABI/Task.h, TaskOptionRecord).
struct record {
  size_t flags;
  struct record *parent;
};
struct preference {
  struct record base;
  const void *identity;
  uintptr_t implementation;
};
struct task_and_context {
  void *task, *context;
};
enum { taskGroup = 1, asyncLet = 3, unownedExecutor = 5, ownedExecutor = 6 };

static const void *identity;
static uintptr_t implementation;
void actor_guards_set_preference(const void *i, uintptr_t t) {
  identity = i;
  implementation = t;
}
uint64_t actor_guards_tasks(void) { return tasks; }

__attribute__((swiftcall)) struct task_and_context swift_task_create(
    size_t flags, struct record *options, const void *result, void *entry, void *context) {
  typedef struct task_and_context (*create)(size_t, struct record *, const void *, void *, void *) __attribute__((swiftcall));
  static create next;
  if (!next) next = (create)real("swift_task_create");
  if (!active) return next(flags, options, result, entry, context);
  tasks++;
  int prefers = 0;
  for (struct record *r = options; r; r = r->parent) {
    size_t kind = r->flags & 0xff;
    // A child has its parent's.
    if (kind == unownedExecutor || kind == ownedExecutor || kind == taskGroup || kind == asyncLet) prefers = 1;
  }
  if (prefers || !identity) return next(flags, options, result, entry, context);
  struct preference added = {{unownedExecutor, options}, identity, implementation};
  return next(flags, &added.base, result, entry, context);
}
