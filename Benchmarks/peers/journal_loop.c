// The same loop in C: the fields of one entry from standard input, a line each; COUNT entries, each with its own CONNECTOR_SEQUENCE.
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>

enum { FIELDS = 32, LENGTH = 1024 };
static const char sequence[] = "CONNECTOR_SEQUENCE=";

static double at(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static long refused;
static void loop(struct iovec *entry, int fields, int which, long count) {
  for (long i = 0; i < count; i++) {
    entry[which].iov_len = snprintf(entry[which].iov_base, LENGTH, "%s%ld", sequence, i);
    if (sd_journal_sendv(entry, fields) < 0) refused++;
  }
}

int main(int argc, char **argv) {
  static char lines[FIELDS][LENGTH];
  struct iovec entry[FIELDS];
  int fields = 0, which = -1;
  long count = argc > 1 ? atol(argv[1]) : 0;
  while (fields < FIELDS && fgets(lines[fields], LENGTH, stdin)) {
    size_t length = strcspn(lines[fields], "\n");
    if (!strncmp(lines[fields], sequence, strlen(sequence))) which = fields;
    entry[fields] = (struct iovec){lines[fields], length};
    fields++;
  }
  if (count <= 0 || which < 0) {
    fprintf(stderr, "usage: journal_loop COUNT < fields (one of them %s)\n", sequence);
    return 64;
  }
  loop(entry, fields, which, count / 10);
  double wall = at(CLOCK_MONOTONIC), cpu = at(CLOCK_PROCESS_CPUTIME_ID);
  loop(entry, fields, which, count);
  printf("{\"count\":%ld,\"cpu\":%f,\"seconds\":%f,\"what\":\"journal-c\"}\n", count, at(CLOCK_PROCESS_CPUTIME_ID) - cpu, at(CLOCK_MONOTONIC) - wall);
  if (refused) fprintf(stderr, "%ld entries were refused\n", refused);
  return 0;
}
