"""The broker's HTTP side (`connectord-bench broker-server`) under wrk, and nginx serving a file of the same size in the same run. `measure.py` calls it."""
import json, os, re, shutil, socket, statistics, subprocess, time

SECONDS, TURNS, CONNECTIONS, USERS = 6, 3, 32, 10_000

REQUESTS = {
    "enumeration": "<RequestAppData><Scope traverse='subtree'/><DesiredDetails>permissions</DesiredDetails><ServerType>all</ServerType><ClientType>ica30</ClientType>"
                   "<Credentials><UserName>user%d</UserName><Domain type='NT'>LAB</Domain></Credentials><ClientName>bench</ClientName></RequestAppData>",
    "launch": "<RequestAddress><Name><AppName>{application}</AppName></Name><ClientName>bench</ClientName><ServerAddress addresstype='dns-port'/>"
              "<Credentials><UserName>user%d</UserName><Domain type='NT'>LAB</Domain></Credentials></RequestAddress>",
}


def script(path, request, response=""):
    """One user after another. With the name of a response it looks at each answer and counts those that are none, which costs wrk more than the request."""
    prolog = '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE NFuseProtocol SYSTEM "NFuse.dtd">'
    with open(path, "w") as f:
        f.write(f"""local body = [=[{prolog}<NFuseProtocol version="5.4">{request}</NFuseProtocol>]=]
local turn, threads = 0, {{}}
function setup(thread) table.insert(threads, thread) end
function init() wrk.method = "POST"; wrk.headers["Content-Type"] = "text/xml"; bad = 0 end
function request() turn = turn + 1; return wrk.format(nil, nil, nil, string.format(body, turn % {USERS} + 1)) end
""")
        if response: f.write(f"""function response(status, headers, body)
  if status ~= 200 or not string.find(body, "<{response}>", 1, true) or string.find(body, "<ErrorId>", 1, true) then bad = bad + 1 end
end
function done()
  local sum = 0
  for _, thread in ipairs(threads) do sum = sum + thread:get("bad") end
  io.write("bad answers: " .. sum .. "\\n")
end
""")


def wrk(url, *arguments, seconds=SECONDS):
    """Requests a second, and p50 and p99 in milliseconds. Of the connections' errors and of statuses wrk tells by itself."""
    found = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *arguments, url], capture_output=True, text=True, check=True).stdout
    bad = re.search(r"bad answers: (\d+)", found)
    trouble = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+)|Non-2xx", found)
    if trouble or (bad and int(bad.group(1))): raise SystemExit(f"wrk of {url} met answers that are none:\n{found}")
    unit = {"us": 1e-3, "ms": 1, "s": 1e3}

    def percentile(which):
        number, scale = re.search(rf"{which}%\s+([\d.]+)(us|ms|s)", found).groups()
        return float(number) * unit[scale]
    return float(re.search(r"Requests/sec:\s*([\d.]+)", found).group(1)), percentile(50), percentile(99)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def nginx(work, sizes):
    """Serves a file of each size; as many workers as there are cores, no log."""
    root, port = f"{work}/nginx", free_port()
    os.makedirs(f"{root}/www")
    os.chmod(work, 0o755)
    for name, size in sizes.items():
        with open(f"{root}/www/{name}.xml", "w") as f: f.write("x" * size)
    with open(f"{root}/nginx.conf", "w") as f:
        f.write(f"""daemon off; pid {root}/pid; error_log {root}/errors; worker_processes {os.cpu_count()};
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; types {{ text/xml xml; }}
  client_body_temp_path {root}/b; proxy_temp_path {root}/p; fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  server {{ listen 127.0.0.1:{port}; root {root}/www; }} }}
""")
    process = subprocess.Popen(["nginx", "-p", root, "-e", f"{root}/errors", "-c", f"{root}/nginx.conf"])
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0: return process, port
        if process.poll() is not None: break
        time.sleep(0.05)
    process.kill()
    with open(f"{root}/errors") as f: raise SystemExit(f"nginx does not start:\n{f.read()[-2000:]}")


def machines(program, row):
    """What many machines cost: of memory, and when they all register at once. connectord-bench ends with an error when a machine that holds itself for registered is unknown to the broker."""
    def bench(*arguments):
        out = subprocess.run([program("connectord-bench"), *arguments], check=True, capture_output=True, text=True).stdout
        return [json.loads(line) for line in out.splitlines()]
    found = bench("broker-memory", "100000")[0]
    count = found["machines"]
    row("broker: memory for a machine that is registered, of 100,000", (found["registered"] - found["configured"]) / count, "its lines of the configuration as JSON", found["json"] / count, "B", found)
    row("broker: memory for a machine of the configuration", (found["configured"] - found["before"]) / count, "its lines of the configuration as JSON", found["json"] / count, "B")
    for storm in bench("storm", "10000"):
        row(f"broker: {storm['what']}, 10,000 machines, none lost", storm["seconds"], "as soon as a machine must be back", 300, "s", storm)


def broker(program, work, row):
    machines(program, row)
    if not shutil.which("wrk") or not shutil.which("nginx"): return print("  broker is left out: it needs wrk and nginx: apt-get install wrk nginx-light")
    ours = subprocess.Popen([program("connectord-bench"), "broker-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    web = None
    try:
        start = json.loads(ours.stdout.readline())
        sizes = {name: start[name] for name in REQUESTS}
        print(f"  broker: {start['resources']} resources a user; answers of {sizes} bytes")
        web, port = nginx(work, sizes)
        for name, request in REQUESTS.items():
            file = f"{work}/{name}.lua"
            url, text = f"http://127.0.0.1:{start['port']}/scripts/wpnbr.dll", request.replace("{application}", start["application"])
            script(file, text, "ResponseAppData" if name == "enumeration" else "ResponseAddress")
            wrk(url, "-s", file, seconds=2)
            script(file, text)
            results, peers = [], []
            # In turns, so that what else the machine does meets both.
            for _ in range(TURNS):
                results.append(wrk(url, "-s", file))
                peers.append(wrk(f"http://127.0.0.1:{port}/{name}.xml"))
            ours_, peer = ([statistics.median(each) for each in zip(*found)] for found in (results, peers))
            row(f"broker: {name} requests a second", ours_[0], "nginx, a file of the same size", peer[0], "1/s", {"turns": results, "peers": peers, "bytes": sizes[name]})
            row(f"broker: {name}, p50", ours_[1], "nginx, a file of the same size", peer[1], "ms")
            row(f"broker: {name}, p99", ours_[2], "nginx, a file of the same size", peer[2], "ms")
    finally:
        ours.stdin.close()
        for process in (ours, web):
            if not process: continue
            try: process.wait(10) if process is ours else process.terminate()
            except subprocess.TimeoutExpired: process.kill()
            process.wait()
