// The floor of an event simulation: the standard library's heap, and of each event no more than that it counts, is hashed and schedules the next one.
// usage: heap_loop EVENTS CONNECTORS. Prints a line of JSON: events, CPU seconds and a hash, so that nothing of it is left out by the compiler.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <vector>

struct Event {
  int64_t at;
  uint64_t order;
  uint32_t timer;
};
struct Later {
  bool operator()(const Event& a, const Event& b) const { return a.at != b.at ? a.at > b.at : a.order > b.order; }
};

static uint64_t mix(uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

int main(int count, char** arguments) {
  if (count != 3) return 64;
  const uint64_t events = strtoull(arguments[1], nullptr, 10), connectors = strtoull(arguments[2], nullptr, 10);
  // Twelve services of a connector with a timer each, every 30 to 60 seconds.
  const uint64_t timers = connectors * 12;
  uint64_t draws = 7, hash = 0;
  auto next = [&] { return mix(draws += 0x9e3779b97f4a7c15); };
  auto pause = [&] { return 30'000'000'000 + int64_t(next() % 30'000'000'000); };
  std::vector<uint32_t> ran(timers);
  std::priority_queue<Event, std::vector<Event>, Later> heap;
  for (uint32_t timer = 0; timer < timers; timer++) heap.push({pause(), next(), timer});
  const clock_t start = clock();
  for (uint64_t event = 0; event < events; event++) {
    const Event now = heap.top();
    heap.pop();
    ran[now.timer]++;
    hash = mix(hash ^ uint64_t(now.at) ^ now.timer);
    heap.push({now.at + pause(), next(), now.timer});
  }
  printf("{\"events\":%llu,\"cpu\":%.6f,\"hash\":\"%016llx\"}\n", (unsigned long long)events, double(clock() - start) / CLOCKS_PER_SEC,
         (unsigned long long)(hash ^ ran[timers - 1]));
}
