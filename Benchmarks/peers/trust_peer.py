"""python-tuf's side of the trust benchmark: makes the repositories, and is the peer that refreshes and downloads.

make FOLDER COUNT MIB      a repository with COUNT targets beside `big.bin` of MIB mebibytes, in FOLDER/metadata, FOLDER/targets and FOLDER/root.json
refresh FOLDER URL         one refresh with the trusted metadata of FOLDER
download FOLDER URL NAME   a refresh and a download
process COUNT FOLDER URL ROOT [NAME]   the same in this process, COUNT times; prints JSON lines as connectord-bench does
"""
import datetime, json, os, shutil, statistics, sys, time

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

TOP = ["root", "timestamp", "snapshot", "targets"]


def make(folder, count, mib):
    expires = datetime.datetime(2090, 1, 1, tzinfo=datetime.timezone.utc)
    signers = {role: CryptoSigner.generate_ed25519() for role in TOP}
    for name in ("metadata", "targets"): os.makedirs(f"{folder}/{name}")
    root = Metadata(Root(expires=expires, consistent_snapshot=True))
    for role in TOP: root.signed.add_key(signers[role].public_key, role)
    targets = Metadata(Targets(expires=expires))
    for n in range(int(count)):
        path = f"packages/group{n % 100}/package-{n}.tar.gz"
        targets.signed.targets[path] = TargetFile.from_data(path, f"content {n}".encode(), ["sha256"])
    content = os.urandom(1 << 20) * int(mib)
    big = targets.signed.targets["big.bin"] = TargetFile.from_data("big.bin", content, ["sha256"])
    with open(f"{folder}/targets/{big.hashes['sha256']}.big.bin", "wb") as f: f.write(content)

    def write(name, role, metadata):
        metadata.sign(signers[role])
        data = metadata.to_bytes(JSONSerializer(compact=True))
        with open(f"{folder}/metadata/{name}", "wb") as f: f.write(data)
        return MetaFile.from_data(metadata.signed.version, data, ["sha256"])

    write("1.root.json", "root", root)
    shutil.copy(f"{folder}/metadata/1.root.json", f"{folder}/root.json")
    snapshot, timestamp = Metadata(Snapshot(expires=expires)), Metadata(Timestamp(expires=expires))
    snapshot.signed.meta["targets.json"] = write("1.targets.json", "targets", targets)
    timestamp.signed.snapshot_meta = write("1.snapshot.json", "snapshot", snapshot)
    write("timestamp.json", "timestamp", timestamp)


def updater(folder, url, root=None):
    from tuf.ngclient import Updater

    os.makedirs(f"{folder}/artifacts", exist_ok=True)
    return Updater(f"{folder}", f"{url}/metadata/", f"{folder}/artifacts", f"{url}/targets/", bootstrap=root)


def process(count, folder, url, root, name=None):
    with open(root, "rb") as f: bootstrap = f.read()
    found = {}
    for turn in range(int(count)):
        place = f"{folder}/{turn}"
        os.makedirs(place)

        def timed(what, body):
            begin = time.perf_counter()
            body()
            found.setdefault(what, []).append(time.perf_counter() - begin)

        timed("trust-first", lambda: updater(place, url, bootstrap).refresh())
        again = updater(place, url, bootstrap)
        timed("trust-again", again.refresh)
        if name:
            info = again.get_targetinfo(name)
            timed("trust-download", lambda: again.download_target(info))
            shutil.rmtree(f"{place}/artifacts")
    for what, turns in found.items(): print(json.dumps({"what": what, "count": 1, "seconds": statistics.median(turns), "cpu": 0}))


command, *rest = sys.argv[1:]
if command == "make":
    make(*rest)
elif command == "process":
    process(*rest)
elif command == "refresh":
    updater(rest[0], rest[1]).refresh()
elif command == "download":
    client = updater(rest[0], rest[1])
    client.refresh()
    client.download_target(client.get_targetinfo(rest[2]))
else:
    sys.exit(__doc__)
