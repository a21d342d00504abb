"""Runs the built programs as others see them, and their peers in the same run. `Benchmarks/run` builds and calls it."""
import argparse, contextlib, json, os, platform, shutil, signal, socket, ssl, statistics, subprocess, sys, threading, time
from datetime import datetime
from broker import broker
from simulation import simulation

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICK = os.sysconf("SC_CLK_TCK")
ARGS = None
ROWS = []
RAW = {}


def program(name): return f"{ARGS.programs}/{name}"


def row(what, ours, peer_name, peer, unit, raw=None):
    """One line of the table. The ratio is ours to the peer's; larger than 1 is slower or larger, and for rates smaller is slower."""
    ROWS.append((what, ours, peer_name, peer, unit))
    RAW[what] = {"ours": ours, "peer": peer, "peer_name": peer_name, "unit": unit, **(raw or {})}
    print(f"  {what}: {shown(ours)} {unit}; {peer_name}: {shown(peer)} {unit}; ratio {ours / peer:.2f}", flush=True)


def shown(number): return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def memory(pid):
    """Resident and proportional memory in MiB."""
    with open(f"/proc/{pid}/smaps_rollup") as f:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in f.readlines()[1:]}
    return kib["Rss"] / 1024, kib["Pss"] / 1024


def cpu(pid):
    """User and system seconds of a process."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@contextlib.contextmanager
def lab(name, connectors, cloud=None, in_process=False, **settings):
    """A lab in a folder of its own, all of its connectors healthy; gives its process, its endpoints and how long it took."""
    folder = f"{ARGS.work}/{name}"
    os.makedirs(folder)
    configuration = {
        "cloud": cloud or {}, "connectors": settings,
        "resourceLocation": {"configuration": f"{ROOT}/config/broker.yaml", "directory": f"{ROOT}/config/directory.yaml"},
    }
    with open(f"{folder}/lab.yaml", "w") as f: json.dump(configuration, f)
    command = [program("connector-lab"), "up", "--json", "--state", folder, "--config", f"{folder}/lab.yaml", "--connectors", str(connectors)]
    start = time.monotonic()
    with open(f"{folder}/errors", "w") as errors:
        process = subprocess.Popen(command + (["--in-process"] if in_process else []), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
    states, changes = {}, []
    alarm = threading.Timer(300, process.terminate)
    alarm.daemon = True
    alarm.start()
    try:
        endpoints = json.loads(process.stdout.readline() or ended(folder))["endpoints"]
        while sum(state == "healthy" for state in states.values()) < connectors:
            line = process.stdout.readline()
            change = json.loads(line or ended(folder))
            states[change["connector"]] = change["state"]
        took = time.monotonic() - start

        def follow():
            for line in process.stdout: changes.append(json.loads(line))
        alarm.cancel()
        threading.Thread(target=follow, daemon=True).start()
        yield process, endpoints, took, changes
    finally:
        process.send_signal(signal.SIGTERM)
        try: process.wait(60)
        except subprocess.TimeoutExpired: process.kill()


def ended(folder):
    with open(f"{folder}/errors") as f: raise SystemExit(f"the lab ended before its connectors were healthy:\n{f.read()[-2000:]}")


class Connector:
    """One connectord outside of the lab's hands, with the lab's cloud; its service manager is a datagram socket."""

    def __init__(self, endpoints):
        first = endpoints["stateDirectory"] + "/" + endpoints["connectors"][0]["name"] + "/connectord.yaml"
        with open(first) as f: configuration = json.load(f)
        self.folder = f"{ARGS.work}/alone"
        configuration["connector"]["fqdn"] = "alone.forest1.local"
        configuration["state"]["directory"] = self.folder
        configuration["supervision"].update(restartBudget=1000, stableAfter="100ms")
        self.file = f"{ARGS.work}/alone.yaml"
        with open(self.file, "w") as f: json.dump(configuration, f)
        self.notify = f"{ARGS.work}/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.notify)
        self.socket.settimeout(60)

    def start(self):
        """Milliseconds from before the fork to READY=1."""
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [program("connectord"), "run", "--config", self.file], env={**os.environ, "NOTIFY_SOCKET": self.notify}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while b"READY=1" not in self.socket.recv(65536).split(b"\n"): pass
        return (time.monotonic() - begin) * 1000

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        # The last words wait for the service manager to have read them (a barrier): read on until it has gone.
        self.socket.settimeout(0.05)
        while self.process.poll() is None:
            with contextlib.suppress(TimeoutError):
                _, descriptors, _, _ = socket.recv_fds(self.socket, 65536, 4)
                for descriptor in descriptors: os.close(descriptor)
        with contextlib.suppress(TimeoutError):
            while True:
                for descriptor in socket.recv_fds(self.socket, 65536, 4)[1]: os.close(descriptor)
        self.socket.settimeout(60)

    def ctl(self, *arguments):
        return subprocess.run([program("connectorctl"), "--socket", f"{self.folder}/control.sock", "--json", *arguments], capture_output=True, text=True, check=True).stdout


def start(connector):
    connector.start()  # registers: a thing of the first start only
    connector.stop()
    times, floor = [], []
    for _ in range(ARGS.repeat):
        times.append(connector.start())
        connector.stop()
        begin = time.monotonic()
        subprocess.run([program("connectord"), "--version"], stdout=subprocess.DEVNULL, check=True)
        floor.append((time.monotonic() - begin) * 1000)
    row("start to READY", statistics.median(times), "`connectord --version`, fork to exit", statistics.median(floor), "ms", {"all": times})
    connector.start()
    time.sleep(10)
    rss, pss = memory(connector.process.pid)
    connector.stop()
    least = subprocess.Popen([program("connectord"), "--version"], stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(least.pid, 0)
    row("resident memory, 10 s after READY", rss, "`connectord --version`, its peak", usage.ru_maxrss / 1024, "MiB", {"pss": pss})


def restart(connector):
    at_start = connector.start()
    wanted = []
    for _ in range(ARGS.repeat):
        before = len(restarts(connector))
        connector.ctl("fault", "ad-provider", "crash")
        while len(restarts(connector)) == before: time.sleep(0.05)
        time.sleep(0.3)  # beyond stableAfter: each crash meets the first back-off
    wanted = restarts(connector)
    connector.stop()
    total = statistics.median(t for t, _ in wanted)
    row("restart of a crashed service, failure to ready", total, "the back-off drawn for it", statistics.median(d for _, d in wanted), "ms", {"all": wanted})
    row("the same", total, "a new process, fork to READY", at_start, "ms")
    row("of it the work beyond the back-off", max(0.01, statistics.median(t - d for t, d in wanted)), "a new process, fork to READY", at_start, "ms")


def restarts(connector):
    """Milliseconds from each failure of the service to its next readiness, and the back-off in between."""
    found, failed, delay = [], None, 0
    for line in connector.ctl("events", "--code", "10101", "--code", "10102", "--code", "10105").splitlines():
        event = json.loads(line)
        if event["fields"]["service"] != "ad-provider": continue
        at = datetime.fromisoformat(event["time"]).timestamp() * 1000
        if event["name"] == "child.failed": failed = at
        elif event["name"] == "child.restarting": delay = event["fields"]["delay"]
        elif failed is not None:
            found.append((at - failed, delay))
            failed = None
    return found


def medians(*command):
    """Of five turns, so that a slow moment of the disk hits all alike: by name the median of the seconds for one."""
    found = {}
    for _ in range(5):
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        for line in map(json.loads, answer.stdout.splitlines()): found.setdefault(line["what"], []).append(line["seconds"] / line["count"])
    return {what: statistics.median(turns) for what, turns in found.items()}


def journal():
    """In a mount namespace of its own, where a sink stands at the journal's socket: the same for both, and no real journal is flooded."""
    unshare = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
    script = """set -eu
mount -t tmpfs none /run
mkdir -p /run/systemd/journal
mkfifo /run/hold
"$1/journal_sink" /run/systemd/journal/socket < /run/hold > /run/sink &
exec 9> /run/hold
while [ ! -s /run/sink ]; do sleep 0.05; done
"$2/connectord-bench" journal-fields > /run/fields
for turn in 1 2 3; do
  "$2/connectord-bench" journal "$3"
  "$1/journal_loop" "$3" < /run/fields
done
exec 9>&-
wait
"""
    count = 200_000 if ARGS.configuration == "release" else 50_000
    try:
        answer = subprocess.run([*unshare, "sh", "-c", script, "sh", ARGS.work, ARGS.programs, str(count)], capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as failure:
        print(f"  journal: left out, no mount namespace for the sink: {failure.stderr.strip()}")
        return
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    def middle(what, value): return statistics.median(value(line) for line in found if line["what"] == what)
    row("journal, events a second", *rate(lambda what: middle(what, lambda l: l["count"] / l["seconds"])), "1/s", {"all": found})
    row("journal, CPU of the sender for an event", *rate(lambda what: middle(what, lambda l: l["cpu"] / l["count"] * 1e6)), "µs")


def rate(of): return of("journal"), "`sd_journal_sendv` of ready fields in C", of("journal-c")


def privileged():
    count = 500
    for name, below in (("state directory on disk", ARGS.disk), ("state directory on tmpfs", "/dev/shm")):
        folder = f"{below}/connectord-bench.{os.getpid()}"
        os.makedirs(folder, mode=0o700)
        try: found = medians(program("connectord-bench"), "round-trip", str(count), folder)
        finally: shutil.rmtree(folder)
        took = {what: seconds * 1e6 for what, seconds in found.items()}
        row(f"privileged round trip, {name}", took["privileged"], "one synced append of an audit line there", took["append"], "µs", found)
        row("the same", took["privileged"], "bare ping-pong over the same streams", took["bare"], "µs")


@contextlib.contextmanager
def web(folder):
    """A plain web server on loopback, in a process of its own; the same for both clients."""
    server = """import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_address[1], flush=True)
server.serve_forever()
"""
    process = subprocess.Popen([sys.executable, "-c", server, folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try: yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def trust():
    """Ours and python-tuf's client against the same repositories, in turns, so that a slow moment hits both."""
    found = subprocess.run([f"{ROOT}/.ci/python-tuf"], capture_output=True, text=True)
    if found.returncode != 0:
        print(f"  trust: left out, no python-tuf: {found.stderr.strip()}")
        return
    peer = [found.stdout.strip(), f"{ROOT}/Benchmarks/peers/trust_peer.py"]
    mib, name = 64, "big.bin"
    for count in (10, 1_000, 10_000):
        # Artifacts go to the real disk: that is where both sync, or do not.
        place = f"{ARGS.disk}/connectord-bench-trust.{os.getpid()}"
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        try:
            subprocess.run([*peer, "make", f"{place}/web", str(count), str(mib if count == 10 else 1)], check=True)
            with web(f"{place}/web") as url: trust_of(count, place, url, peer, name if count == 10 else None, mib)
        finally: shutil.rmtree(place, ignore_errors=True)


def trust_of(count, place, url, peer, name, mib):
    root = f"{place}/web/root.json"
    took = {}

    def timed(key, *command):
        begin = time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        took.setdefault(key, []).append((time.monotonic() - begin) * 1000)

    ctl = [program("connectorctl"), "tuf"]
    for turn in range(max(3, ARGS.repeat // 4)):
        ours, theirs = f"{place}/ours{turn}", f"{place}/theirs{turn}"
        os.makedirs(theirs)
        # Trust begins before the clock: for python-tuf that is a copy of the root.
        subprocess.run([*ctl, "--metadata-dir", ours, "init", root], check=True)
        shutil.copy(root, f"{theirs}/root.json")
        client = [*ctl, "--metadata-dir", ours, "--metadata-url", f"{url}/metadata"]
        for key in ("first", "again"):
            timed(("ours", key), *client, "refresh")
            timed(("theirs", key), *peer, "refresh", theirs, url)
        if name:
            timed(("ours", "download"), *client, "--target-name", name, "--target-dir", f"{ours}-files", "--target-base-url", f"{url}/targets", "download")
            timed(("theirs", "download"), *peer, "download", theirs, url, name)
        for folder in (ours, theirs, f"{ours}-files"): shutil.rmtree(folder, ignore_errors=True)
    turns = str(max(5, ARGS.repeat // 2))
    inside = {}
    for who, command in (("ours", [program("connectord-bench"), "trust"]), ("theirs", [*peer, "process"])):
        folder = f"{place}/in-{who}"
        os.makedirs(folder)
        answer = subprocess.run([*command, turns, *((url, root, folder) if who == "ours" else (folder, url, root)), *([name] if name else [])],
                                capture_output=True, text=True, check=True)
        for line in map(json.loads, answer.stdout.splitlines()): inside[who, line["what"].removeprefix("trust-")] = line["seconds"] * 1000
        shutil.rmtree(folder)
    for key, text in (("first", "refresh, the first"), ("again", "refresh, nothing new"), ("download", f"download of {mib} MiB")):
        if ("ours", key) not in took: continue
        kind = f", {count:,} targets" if key != "download" else ""
        row(f"TUF {text}{kind}, a process", statistics.median(took["ours", key]), "python-tuf's client, a process", statistics.median(took["theirs", key]),
            "ms", {"all": {f"{who} {k}": turns for (who, k), turns in took.items()}})
        row(f"TUF {text}{kind}, in process", inside["ours", key], "python-tuf's client, in process", inside["theirs", key], "ms")


def sync():
    """A configuration of 100,000 machines and 50,000 users into its database, beside a bare insert of the very same rows; in turns, on the real disk."""
    place = f"{ARGS.disk}/connectord-bench-sync.{os.getpid()}"
    ours, peers = [], []
    for _ in range(5):
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        try:
            out = subprocess.run(
                [program("connectord-bench"), "sync", "100000", "50000", place], check=True, capture_output=True, text=True).stdout
            ours.append({line["what"]: line for line in map(json.loads, out.splitlines())})
            database = next(f"{place}/{name}" for name in os.listdir(place) if name.endswith(".sqlite"))
            out = subprocess.run(
                [sys.executable, f"{ROOT}/Benchmarks/peers/sqlite_rows.py", database, place], check=True, capture_output=True, text=True).stdout
            peers.append(json.loads(out))
        finally: shutil.rmtree(place, ignore_errors=True)
    for what, name in (("sync import", "built, checked and swapped in"), ("sync read", "its JSON read and checked"), ("sync", "both")):
        for unit in ("seconds", "cpu"):
            row(f"sync of 100,000 machines and 50,000 users, {name}{', CPU' if unit == 'cpu' else ''}",
                statistics.median(one[what][unit] for one in ours), "bare SQLite insert of the same rows",
                statistics.median(one[unit] for one in peers), "s")


def scale():
    """Two heartbeat cadences tell what a heartbeat costs from what a connector costs that does nothing. Heartbeats are taken from the cadence, not
    counted: on a machine that cannot keep it up there are fewer, and each costs more than this says.
    """
    quiet = dict(probeEvery="30m", peerTimeout="1h", syncEvery="1h", restartBudget=1000, pingEvery="5s", pingDeadline="1m")
    window, count = 30, ARGS.connectors
    with lab("one", 1, in_process=True, cloud={"heartbeatEvery": "2s", "leaseLength": "60s"}, **quiet) as (process, _, _, _):
        time.sleep(10)
        single = memory(process.pid)[0]
    with lab("processes", 1, cloud={"heartbeatEvery": "2s", "leaseLength": "60s"}, **quiet) as (_, endpoints, _, _):
        time.sleep(10)
        control = endpoints["connectors"][0]["socket"]
        status = subprocess.run([program("connectorctl"), "--socket", control, "--json", "status"], capture_output=True, text=True, check=True).stdout
        alone = memory(json.loads(status)["processID"])[0]
    spent = {}
    for every in (2, 30):
        with lab(f"scale{every}", count, in_process=True, cloud={"heartbeatEvery": f"{every}s", "leaseLength": "120s"}, **quiet) as (process, _, took, changes):
            time.sleep(10)
            before = cpu(process.pid)
            time.sleep(window)
            spent[every] = (cpu(process.pid) - before) / window
            rss = memory(process.pid)[0]
            if every == 2:
                many, up = rss, took
                if changes: print(f"  {len(changes)} changes of state in the meantime", file=sys.stderr)
    beats = count * (1 / 2 - 1 / 30)
    row(f"{count} connectors in one process: memory for each", (many - single) / (count - 1), "one `connectord` process", alone, "MiB", {"all together": many})
    row("CPU for a heartbeat, both ends", (spent[2] - spent[30]) / beats * 1e6, "a bare TLS exchange of 256 and 512 bytes over loopback, both ends", tls_exchange(), "µs",
        {"CPU at 2 s": spent[2], "CPU at 30 s": spent[30], "seconds until all were healthy": up})
    row("CPU of a second, all included, heartbeats every 2 s", spent[2] * 1000, "heartbeats every 30 s", spent[30] * 1000, "ms")


def tls_exchange(count=5000):
    """CPU microseconds of one exchange over one TLS 1.3 connection, 256 bytes there and 512 back."""
    key, certificate = f"{ARGS.work}/tls.key", f"{ARGS.work}/tls.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=localhost", "-days", "1"], capture_output=True, check=True)
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=certificate)
    serving.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    ends = []
    def accept(): ends.append(serving.wrap_socket(listener.accept()[0], server_side=True))
    thread = threading.Thread(target=accept)
    thread.start()
    client = asking.wrap_socket(socket.create_connection(listener.getsockname()), server_hostname="localhost")
    thread.join()
    server = ends[0]
    for end in (client, server): end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begin = time.process_time()
    for _ in range(count):
        client.sendall(bytes(256))
        server.recv(4096)
        server.sendall(bytes(512))
        client.recv(4096)
    return (time.process_time() - begin) / count * 1e6


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--configuration", required=True)
    parser.add_argument("--connectors", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--disk", default=os.path.expanduser("~"), help="a folder on a real disk")
    parser.add_argument("--json", default="")
    parser.add_argument("which", nargs="+", choices=["start", "restart", "journal", "privileged", "trust", "sync", "scale", "broker", "simulation"])
    ARGS = parser.parse_args()
    load = os.getloadavg()[0]
    if "start" in ARGS.which or "restart" in ARGS.which:
        with lab("lab", 1, probeEvery="30m", peerTimeout="1h") as (_, endpoints, _, _):
            connector = Connector(endpoints)
            if "start" in ARGS.which: start(connector)
            if "restart" in ARGS.which: restart(connector)
    for name, measure in (("journal", journal), ("privileged", privileged), ("trust", trust), ("sync", sync), ("scale", scale)):
        if name in ARGS.which: measure()
    if "broker" in ARGS.which: broker(program, ARGS.work, row)
    if "simulation" in ARGS.which: simulation(program, ROOT, ARGS.work, row)
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"\n{ARGS.configuration} build, {os.cpu_count()} cores, {gib:.0f} GiB, Linux {platform.release()}, load {load:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    print("| what | ours | bound or peer | its number | ratio |\n| --- | ---: | --- | ---: | ---: |")
    for what, ours, peer_name, peer, unit in ROWS:
        print(f"| {what} | {shown(ours)} {unit} | {peer_name} | {shown(peer)} {unit} | {ours / peer:.2f} |")
    if ARGS.json:
        with open(ARGS.json, "w") as f: json.dump(RAW, f, indent=2)


main()
