// Stands in for the journal: reads every datagram that comes to the socket PATH and forgets it. Says "ready" once it listens; prints the count
// of entries when its standard input closes.
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BATCH = 64, LENGTH = 65536 };

int main(int argc, char **argv) {
  static char buffers[BATCH][LENGTH];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
    fprintf(stderr, "usage: journal_sink PATH\n");
    return 64;
  }
  strcpy(address.sun_path, argv[1]);
  int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (s < 0 || bind(s, (struct sockaddr *)&address, sizeof address)) {
    perror(argv[1]);
    return 69;
  }
  puts("ready");
  fflush(stdout);
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){buffers[i], LENGTH};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  long count = 0;
  struct pollfd both[] = {{s, POLLIN, 0}, {0, POLLIN, 0}};
  while (poll(both, 2, -1) >= 0) {
    int got = both[0].revents ? recvmmsg(s, messages, BATCH, MSG_DONTWAIT, NULL) : 0;
    if (got > 0) count += got;
    if (got <= 0 && both[1].revents) break;
  }
  printf("%ld\n", count);
  return 0;
}
