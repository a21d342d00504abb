// What keeps a simulation of actors on one thread and in virtual time. To be linked into the program that simulates and nowhere else: it stands in
// for functions of the C library and of the Swift runtime, of the whole program, while `actor_guards_active` is 1.
#pragma once
#include <stdint.h>

// Whether the guards are up. While they are down every call goes to the real function.
void actor_guards_set_active(int active);
// Virtual time in nanoseconds: what every clock of the C library reads.
void actor_guards_set_time(int64_t monotonic, int64_t wall);
// Where the next random bytes begin.
void actor_guards_set_seed(uint64_t seed);

// The task executor (its two words) that every new task prefers which names none itself; null: none. With it no hop is ever taken inline.
void actor_guards_set_preference(const void *identity, uintptr_t implementation);
// Tasks that were made while the guards were up, since the seed was set.
uint64_t actor_guards_tasks(void);

// Turns address randomisation off for what this process executes next; 0 when it is off already, 1 when it was turned off, -1 when it may not be.
int actor_guards_fix_addresses(void);
