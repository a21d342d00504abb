"""What the interoperation tests need of python-tuf: repositories that it made, a web server, and its client.

make FOLDER SCENARIO    writes FOLDER/metadata, FOLDER/targets, FOLDER/root.json (the first root) and FOLDER/expected.json
serve FOLDER            serves FOLDER on a port of loopback that it prints, until its standard input ends; requests go to FOLDER/requests.log
client FOLDER URL ROOT NAME...
                        updates from URL with python-tuf, trusting ROOT, and downloads each NAME to FOLDER; prints the versions as JSON
bench FOLDER URL ROOT   one refresh of python-tuf in this process; prints its milliseconds
"""

import datetime
import functools
import http.server
import json
import os
import shutil
import sys
import threading
import time
from urllib import parse

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

EXPIRES = datetime.datetime(2090, 1, 1, tzinfo=datetime.timezone.utc)
TOP = ["root", "timestamp", "snapshot", "targets"]


class Maker:
    """A repository of python-tuf's parts, written to a folder."""

    def __init__(self, folder, signers, consistent=True, hashes=True, compact=True):
        self.folder = folder
        self.consistent = consistent
        self.hashes = hashes
        self.serializer = JSONSerializer(compact=compact)
        self.expected = {}
        self.root = Metadata(Root(expires=EXPIRES, consistent_snapshot=consistent))
        self.roles = {"targets": Metadata(Targets(expires=EXPIRES))}
        self.snapshot = Metadata(Snapshot(expires=EXPIRES))
        self.timestamp = Metadata(Timestamp(expires=EXPIRES))
        self.signers = {role: list(signers[role]) for role in TOP}
        for role in TOP:
            for signer in self.signers[role]:
                self.root.signed.add_key(signer.public_key, role)
        for name in ("metadata", "targets"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)

    def _write(self, name, md, signers):
        md.signatures.clear()
        for signer in signers:
            md.sign(signer, append=True)
        data = md.to_bytes(self.serializer)
        with open(os.path.join(self.folder, "metadata", name), "wb") as f:
            f.write(data)
        return data

    def _meta(self, version, data):
        return MetaFile.from_data(version, data, ["sha256", "sha512"]) if self.hashes else MetaFile(version)

    def _name(self, role, version):
        quoted = parse.quote(role, "")
        return f"{version}.{quoted}.json" if self.consistent else f"{quoted}.json"

    def write_root(self, extra=()):
        version = self.root.signed.version
        data = self._write(f"{version}.root.json", self.root, [*self.signers["root"], *extra])
        if version == 1:
            with open(os.path.join(self.folder, "root.json"), "wb") as f:
                f.write(data)

    def write_rest(self):
        for role, md in self.roles.items():
            data = self._write(self._name(role, md.signed.version), md, self.signers[role])
            self.snapshot.signed.meta[f"{role}.json"] = self._meta(md.signed.version, data)
        data = self._write(self._name("snapshot", self.snapshot.signed.version), self.snapshot, self.signers["snapshot"])
        self.timestamp.signed.snapshot_meta = self._meta(self.snapshot.signed.version, data)
        self._write("timestamp.json", self.timestamp, self.signers["timestamp"])
        with open(os.path.join(self.folder, "expected.json"), "w") as f:
            json.dump(self.expected, f)

    def bump(self):
        for md in [*self.roles.values(), self.snapshot, self.timestamp]:
            md.signed.version += 1

    def add(self, role, path, content, algorithms=("sha256",)):
        target = TargetFile.from_data(path, content, list(algorithms))
        self.roles[role].signed.targets[path] = target
        self.expected[path] = content.decode()
        folder, _, name = path.rpartition("/")
        names = [f"{h}.{name}" for h in target.hashes.values()] if self.consistent else [name]
        for each in names:
            place = os.path.join(self.folder, "targets", folder, each)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as f:
                f.write(content)

    def delegate(self, delegator, roles):
        """roles: [(DelegatedRole arguments, signers)]"""
        delegations = Delegations({}, {})
        self.roles[delegator].signed.delegations = delegations
        for role, signers in roles:
            delegations.roles[role.name] = role
            for signer in signers:
                self.roles[delegator].signed.add_key(signer.public_key, role.name)
            self.signers[role.name] = list(signers)
            self.roles.setdefault(role.name, Metadata(Targets(expires=EXPIRES)))


def ed25519():
    return CryptoSigner.generate_ed25519()


def each_key_kind():
    return [CryptoSigner.generate_ed25519(), CryptoSigner.generate_ecdsa(), CryptoSigner.generate_rsa()]


def make_keys(folder, **options):
    """Every role signed by a key of each kind, all of them needed."""
    signers = {role: each_key_kind() for role in TOP}
    maker = Maker(folder, signers, **options)
    for role in TOP:
        maker.root.signed.roles[role].threshold = 3
    return maker


def make_old_keytype(folder):
    """ECDSA under the key type that older metadata has."""
    signers = {role: [CryptoSigner.generate_ecdsa()] for role in TOP}
    for role in TOP:
        key = signers[role][0].public_key
        key.keytype = "ecdsa-sha2-nistp256"
    return Maker(folder, signers)


def make_pkcs1(folder):
    """RSA without PSS, as some repositories still have it."""
    return Maker(folder, {role: [CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256")] for role in TOP})


def make_delegations(folder, **options):
    maker = Maker(folder, {role: [ed25519()] for role in TOP}, **options)
    ecdsa, rsa = CryptoSigner.generate_ecdsa(), CryptoSigner.generate_rsa()
    prefix = "0123456789abcdef"
    maker.delegate(
        "targets",
        [
            (DelegatedRole("docs", [], 2, False, ["docs/*", "*.md"]), [ecdsa, rsa]),
            (DelegatedRole("../odd ?#role", [], 1, False, ["odd/*/[a-c]?"]), [ed25519()]),
            (DelegatedRole("hashed", [], 1, True, None, list(prefix)), [ed25519()]),
            (DelegatedRole("unreachable", [], 1, False, ["*"]), [ed25519()]),
        ],
    )
    maker.delegate("docs", [(DelegatedRole("deep", [], 1, True, ["docs/deep.txt"]), [ed25519()])])
    maker.add("docs", "docs/a.txt", b"a of docs")
    maker.add("deep", "docs/deep.txt", b"deep", ["sha512"])
    maker.add("../odd ?#role", "odd/\u00e9/b1", b"odd one", ["sha256", "sha512"])
    maker.add("hashed", "anything", b"by hash")
    return maker


def make_bins(folder):
    maker = Maker(folder, {role: [ed25519()] for role in TOP})
    signer = ed25519()
    bins = SuccinctRoles([], 1, 5, "bin")
    maker.roles["targets"].signed.delegations = Delegations({}, None, bins)
    maker.roles["targets"].signed.add_key(signer.public_key)
    for name in bins.get_roles():
        maker.roles[name] = Metadata(Targets(expires=EXPIRES))
        maker.signers[name] = [signer]
    for n in range(20):
        path = f"dir/file{n}.txt"
        maker.add(bins.get_role_for_target(path), path, f"content {n}".encode())
    return maker


def make_rotations(folder):
    """Root keys go from two of three to others, one by one; the timestamp key changes too."""
    first = each_key_kind()
    maker = Maker(folder, {"root": first, **{role: [ed25519()] for role in TOP[1:]}})
    maker.root.signed.roles["root"].threshold = 2
    maker.write_root()
    for n in range(3):
        old, new = maker.signers["root"][0], [CryptoSigner.generate_rsa, CryptoSigner.generate_ecdsa, ed25519][n]()
        maker.root.signed.version += 1
        maker.root.signed.revoke_key(old.public_key.keyid, "root")
        maker.root.signed.add_key(new.public_key, "root")
        maker.signers["root"] = [*maker.signers["root"][1:], new]
        maker.write_root([old])
    stamp = CryptoSigner.generate_ecdsa()
    maker.root.signed.version += 1
    maker.root.signed.revoke_key(maker.signers["timestamp"][0].public_key.keyid, "timestamp")
    maker.root.signed.add_key(stamp.public_key, "timestamp")
    maker.signers["timestamp"] = [stamp]
    return maker


def make_custom(folder):
    """Members that the specification does not know, text of every kind, and pretty JSON."""
    maker = Maker(folder, {role: [ed25519()] for role in TOP}, compact=False)
    maker.root.signed.unrecognized_fields["x-odd"] = {"\u00e9": "quote \" back \\ slash / \u0001 \u007f \U0001f600", "b": [1, -2, None, True, 10**30], "": {}}
    maker.add("targets", "file", b"x")
    maker.roles["targets"].signed.targets["file"].unrecognized_fields["custom"] = {"build": 7}
    return maker


def make_many(folder, count):
    maker = Maker(folder, {role: [ed25519()] for role in TOP}, hashes=True)
    for n in range(count):
        path = f"packages/group{n % 100}/package-{n}.tar.gz"
        maker.roles["targets"].signed.targets[path] = TargetFile.from_data(path, f"content {n}".encode(), ["sha256"])
    maker.add("targets", "small.txt", b"small")
    return maker


SCENARIOS = {
    "keys": make_keys,
    "keys-plain": lambda folder: make_keys(folder, consistent=False, hashes=False),
    "old-keytype": make_old_keytype,
    "pkcs1": make_pkcs1,
    "delegations": make_delegations,
    "delegations-plain": lambda folder: make_delegations(folder, consistent=False),
    "bins": make_bins,
    "rotations": make_rotations,
    "custom": make_custom,
    "many-10": lambda folder: make_many(folder, 10),
    "many-1000": lambda folder: make_many(folder, 1000),
    "many-10000": lambda folder: make_many(folder, 10000),
}


def make(folder, scenario):
    maker = SCENARIOS[scenario](folder)
    if scenario in ("keys", "keys-plain", "old-keytype", "pkcs1", "rotations"):
        maker.add("targets", "file.txt", b"file")
        maker.add("targets", "dir/sub/file two.txt", b"second")
    maker.write_root()
    maker.write_rest()


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise head and body wait for each other for 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self):
        with open(os.path.join(self.directory, "requests.log"), "a") as log:
            log.write(self.path + "\n")
        folder, name = self.path.lstrip("/").split("/", 1) if "/" in self.path.lstrip("/") else ("", self.path)
        # Metadata names are one name each, so they stay quoted on disk; target paths are paths.
        place = os.path.join(self.directory, folder, name if folder == "metadata" else parse.unquote(name))
        if self.path.startswith("/redirect/"):
            self.send_response(302)
            self.send_header("Location", "/" + name)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"moved")
            return
        if self.path.startswith("/away/"):
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/" + name)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path.startswith("/endless/"):
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" " * 65536)
            except OSError:
                self.close_connection = True
            return
        if self.path.startswith("/status/"):
            self.send_error(int(name))
            return
        if self.path.startswith("/drip/"):
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            try:
                # One byte at a time, until the client has had enough.
                while not self.server.ending.wait(0.05):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            except OSError:
                pass
            self.close_connection = True
            return
        if not os.path.isfile(place):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(os.path.getsize(place)))
        self.end_headers()
        with open(place, "rb") as f:
            shutil.copyfileobj(f, self.wfile)

    def log_message(self, *_):
        pass


def serve(folder):
    handler = functools.partial(Handler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.ending = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.ending.set()


def updater(folder, url, root):
    from tuf.ngclient import Updater

    os.makedirs(os.path.join(folder, "trusted"), exist_ok=True)
    with open(root, "rb") as f:
        bootstrap = f.read()
    return Updater(os.path.join(folder, "trusted"), url + "/metadata/", folder, url + "/targets/", bootstrap=bootstrap)


def client(folder, url, root, names):
    client = updater(folder, url, root)
    client.refresh()
    trusted = client._trusted_set
    for name in names:
        info = client.get_targetinfo(name)
        if info is None:
            sys.exit(f"not found: {name}")
        client.download_target(info)
    versions = {"root": trusted.root, "timestamp": trusted.timestamp, "snapshot": trusted.snapshot, "targets": trusted.targets}
    print(json.dumps({role: signed.version for role, signed in versions.items()}))


def bench(folder, url, root):
    start = time.perf_counter()
    updater(folder, url, root).refresh()
    print(f"{(time.perf_counter() - start) * 1000:.1f}")


def main():
    command, *rest = sys.argv[1:]
    if command == "make":
        make(*rest)
    elif command == "serve":
        serve(*rest)
    elif command == "client":
        client(rest[0], rest[1], rest[2], rest[3:])
    elif command == "bench":
        bench(*rest)
    else:
        sys.exit(__doc__)


main()
