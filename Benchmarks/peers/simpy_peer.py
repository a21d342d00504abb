"""SimPy with as many timers as the bare heap's loop, and no logic in them either. usage: simpy_peer.py EVENTS CONNECTORS. Prints a line of JSON."""
import json, random, sys, time
import simpy

events, connectors = int(sys.argv[1]), int(sys.argv[2])
draws = random.Random(7)
environment = simpy.Environment()
ran = [0]


def service():
    while True:
        yield environment.timeout(30 + 30 * draws.random())
        ran[0] += 1


for _ in range(connectors * 12): environment.process(service())
start = time.process_time()
while ran[0] < events: environment.step()
print(json.dumps({"events": ran[0], "cpu": time.process_time() - start}))
