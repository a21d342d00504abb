"""The simulation of fleets (`connector-lab sim`) beside a bare heap and SimPy doing as many events. `measure.py` calls it."""
import json, os, re, shutil, subprocess, tempfile, time

# A month in which nothing goes wrong, and the same with the faults that the seed draws.
QUIET, FAULTY = ["--calm", "--faults", "0"], []
SEED, DAYS = 7, 30
# What the peers run of a connector in a day: twelve timers, each every 30 to 60 seconds.
TIMERS_A_DAY = 12 * 86_400 / 45


def run(command):
    """Output, CPU seconds, seconds and peak resident KiB of one process of ours."""
    with tempfile.TemporaryFile("w+") as out:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
        if process.returncode != 0: raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{text[-2000:]}")
        return text, usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss


def fleet(lab, connectors, locations, faults):
    return [lab, "sim", "--seed", str(SEED), "--connectors", str(connectors), "--locations", str(locations), "--days", str(DAYS), *faults]


def events(text): return int(re.search(r"^(\d+) events", text, re.M).group(1))


def instructions(command, folder, name):
    """As callgrind counts them, and where they went: its file, for callgrind_annotate."""
    file = f"{folder}/callgrind.{name}"
    found = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={file}", *command], capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", found.stderr).group(1)), found.stdout, file


def top(file, count=12):
    """The functions that took most, each without what it called."""
    found = subprocess.run(["callgrind_annotate", file], capture_output=True, text=True).stdout
    if shutil.which("swift"): found = subprocess.run(["swift", "demangle", "--simplified"], input=found, capture_output=True, text=True).stdout
    lines = re.findall(r"^\s*([\d,]+) \(\s*([\d.]+%)\)\s+\S*?:?([^/\n]*?[^\n]*)$", found, re.M)
    for _, share, what in [line for line in lines if "PROGRAM TOTALS" not in line[2]][:count]: print(f"    {share:>6}  {what[:140]}")


def simulation(program, root, work, row):
    lab = program("connector-lab")
    if not shutil.which("c++"): return print("  simulation is left out: it needs c++: apt-get install g++")
    heap = f"{work}/heap_loop"
    subprocess.run(["c++", "-O2", "-std=c++17", "-Wall", "-Werror", "-o", heap, f"{root}/Benchmarks/peers/heap_loop.cpp"], check=True)
    found = subprocess.run([f"{root}/.ci/python-simpy"], capture_output=True, text=True)
    simpy = [found.stdout.strip(), f"{root}/Benchmarks/peers/simpy_peer.py"] if found.returncode == 0 else None
    if not simpy: print(f"  simulation: SimPy is left out: {found.stderr.strip()}")
    for what, faults in (("quiet", QUIET), ("with faults", FAULTY)): rates(lab, heap, simpy, what, faults, row)
    memory(lab, row)
    _, cpu, wall, _ = run(fleet(lab, 10_000, 500, QUIET))
    row("sim: a 30-day rollout over 10,000 connectors in 500 locations", wall, "the aim", 60, "s", {"cpu": cpu})
    if not shutil.which("valgrind"): return print("  simulation: instructions are left out: apt-get install valgrind")
    # Names stay, the rest of what is for debuggers goes: valgrind gives up on so much of it.
    bare = f"{work}/bench"
    subprocess.run(["objcopy", "--strip-debug", program("connectord-bench"), bare], check=True)
    for what in ("quiet", "faults"): counted(bare, heap, what, work, row)


def rates(lab, heap, simpy, what, faults, row):
    """Events a CPU second, each doing as many; the start of a process is not counted at the peers and is at ours."""
    text, cpu, _, _ = run(fleet(lab, 1_000, 50, faults))
    count = events(text)
    name = f"sim of 1,000 connectors, {what}: events a CPU second"
    days = 1_000 * DAYS / cpu
    for peer_name, command in (("bare C++ heap", [heap]), ("SimPy", simpy)):
        if not command: continue
        peer = json.loads(run([*command, str(count), "1000"])[0])
        row(f"{name}, beside {peer_name}", count / cpu, peer_name, count / peer["cpu"], "1/s", {"events": count})
        row(f"the same run: connector-days a CPU second, beside {peer_name}", days, f"{peer_name}, 12 timers a connector",
            count / peer["cpu"] / TIMERS_A_DAY, "1/s")


def memory(lab, row):
    """What one connector more takes at the peak."""
    small, large = (run(fleet(lab, count, count // 20, QUIET))[3] for count in (1_000, 5_000))
    row("sim: memory for a connector", (large - small) / 4_000, "the aim", 4, "KiB")


def counted(bench, heap, what, folder, row):
    """Instructions an event, less what a process takes that has no connector to run."""
    start = instructions([bench, "fleet", "1", "1", "1", "1", "quiet"], folder, "start")[0]
    ours, text, file = instructions([bench, "fleet", str(SEED), "200", "10", str(DAYS), what], folder, "ours")
    count = events(text)
    floor = instructions([heap, str(count), "200"], folder, "heap")[0] - instructions([heap, "0", "200"], folder, "heap0")[0]
    row(f"sim of 200 connectors, {'quiet' if what == 'quiet' else 'with faults'}: instructions an event", (ours - start) / count, "bare C++ heap",
        floor / count, "")
    top(file)
