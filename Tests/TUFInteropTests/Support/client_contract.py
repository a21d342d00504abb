"""Calls a TUF client program as the public conformance suite does and holds it to the same behaviour, with repositories that python-tuf signs.

client_contract.py PROGRAM [ARGUMENT...]      runs every case; prints one line for each and exits with 1 if one failed
"""

import copy
import datetime
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
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

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
SAFE = NOW + datetime.timedelta(days=30)
TOP = ["root", "timestamp", "snapshot", "targets"]
CASES = []


def days(count):
    return NOW + datetime.timedelta(days=count)


class Repo:
    """Every version ever published, by role; served as a client asks for it."""

    def __init__(self, consistent=True):
        self.md = {
            "root": Metadata(Root(expires=SAFE, consistent_snapshot=consistent)),
            "timestamp": Metadata(Timestamp(expires=SAFE)),
            "snapshot": Metadata(Snapshot(expires=SAFE)),
            "targets": Metadata(Targets(expires=SAFE)),
        }
        self.signers = {role: [] for role in TOP}
        self.published = {}
        self.artifacts = {}
        self.hashes = False
        self.asked = []
        self.got = []
        for role in TOP:
            self.add_key(role)
        self.publish("targets", "snapshot", "timestamp", "root")

    def __getattr__(self, name):
        return self.md[name].signed

    def add_key(self, role, delegator="root", signer=None):
        signer = signer or CryptoSigner.generate_ed25519()
        self.md[delegator].signed.add_key(signer.public_key, role)
        self.signers.setdefault(role, []).append(signer)
        return signer

    def rotate(self, role):
        for keyid in list(self.root.roles[role].keyids):
            self.root.revoke_key(keyid, role)
        self.signers[role] = []
        self.add_key(role)

    def sign(self, role, signers=None):
        md = self.md[role]
        md.signatures.clear()
        for signer in self.signers[role] if signers is None else signers:
            md.sign(signer, append=True)
        return md.to_bytes()

    def publish(self, *roles, bump=True):
        for role in roles:
            md = self.md[role]
            if bump and role in self.published:
                md.signed.version += 1
            data = self.sign(role)
            self.published.setdefault(role, []).append(data)
            listed = MetaFile.from_data(md.signed.version, data, ["sha256"]) if self.hashes else MetaFile(md.signed.version)
            if role == "snapshot":
                self.timestamp.snapshot_meta = listed
            elif role not in ("root", "timestamp"):
                self.snapshot.meta[f"{role}.json"] = listed

    def publish_all(self):
        self.publish(*[r for r in self.md if r not in TOP], "targets", "snapshot", "timestamp")

    def delegate(self, delegator, role, **options):
        signed = self.md[delegator].signed
        if signed.delegations is None:
            signed.delegations = Delegations({}, {})
        options = {"terminating": False, "paths": ["*"], **options}
        signed.delegations.roles[role] = DelegatedRole(role, [], 1, options["terminating"], options["paths"])
        self.md.setdefault(role, Metadata(Targets(expires=options.get("expires", SAFE))))
        self.add_key(role, delegator)

    def add(self, path, content, role="targets", algorithms=("sha256",)):
        target = TargetFile.from_data(path, content, list(algorithms))
        self.md[role].signed.targets[path] = target
        self.artifacts[path] = (content, list(target.hashes.values()))

    def fetch(self, path):
        kind, _, name = path.partition("/")
        if kind == "metadata" and name.endswith(".json"):
            stem, version = name[: -len(".json")], None
            first, dot, rest = stem.partition(".")
            if rest == "root" or (self.root.consistent_snapshot and stem != "timestamp"):
                stem, version = rest, int(first)
            self.asked.append((stem, version))
            versions = self.published[parse.unquote(stem)]
            return versions[-1] if version is None else versions[version - 1] if version >= 1 else versions[10**9]
        folder, slash, name = name.rpartition("/")
        digest = None
        if self.root.consistent_snapshot:
            digest, _, name = name.partition(".")
        self.got.append((folder + slash + name, digest))
        content, digests = self.artifacts[folder + slash + name]
        if digest is not None and digest not in digests:
            raise KeyError(path)
        return content


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repo = None
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    disable_nagle_algorithm = True

    def do_GET(self):
        try:
            data = self.server.repo.fetch(self.path.lstrip("/"))
        except (KeyError, ValueError, IndexError):
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Client:
    def __init__(self, program, server, repo):
        self.program, self.server = program, server
        self.folder = tempfile.mkdtemp()
        self.metadata, self.targets = os.path.join(self.folder, "metadata"), os.path.join(self.folder, "targets")
        os.mkdir(self.metadata)
        os.mkdir(self.targets)
        self.repo = server.repo = repo

    def call(self, *arguments, at=None):
        prefix = ["--at", at.strftime("%Y-%m-%dT%H:%M:%SZ")] if at else []
        command = [*self.program, *prefix, "--metadata-dir", self.metadata, *arguments]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=False).returncode

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def init(self, data=None):
        root = os.path.join(self.folder, "root.json")
        with open(root, "wb") as f:
            f.write(self.repo.published["root"][0] if data is None else data)
        return self.call("init", root)

    def refresh(self, at=None):
        return self.call("--metadata-url", self.url + "/metadata/", "refresh", at=at)

    def download(self, name, at=None):
        options = ["--target-name", name, "--target-dir", self.targets, "--target-base-url", self.url + "/targets/"]
        return self.call("--metadata-url", self.url + "/metadata/", *options, "download", at=at)

    def version(self, role):
        return dict(self.trusted()).get(role)

    def trusted(self):
        found = []
        for name in sorted(os.listdir(self.metadata)):
            if name.endswith(".json"):
                found.append((name[: -len(".json")], Metadata.from_file(os.path.join(self.metadata, name)).signed.version))
        return found

    def bytes(self, role):
        with open(os.path.join(self.metadata, role + ".json"), "rb") as f:
            return f.read()

    def downloaded(self):
        found = []
        for folder, _, names in os.walk(self.targets):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    found.append(f.read())
        return sorted(found)


def case(*parameters):
    def register(function):
        if not parameters:
            CASES.append((function.__name__, lambda client: function(client, client.repo)))
        for each in parameters:
            values = each if isinstance(each, tuple) else (each,)
            CASES.append((f"{function.__name__}{list(values)!r}"[:90], lambda client, values=values: function(client, client.repo, *values)))
        return function

    return register


def same(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def first(client):
    same(client.init(), 0)
    same(client.refresh(), 0)


@case()
def requests_and_files_of_a_first_refresh(client, repo):
    first(client)
    same(repo.asked, [("root", 2), ("timestamp", None), ("snapshot", 1), ("targets", 1)])
    for role in TOP:
        same(client.bytes(role), repo.published[role][-1])


@case()
def bytes_are_kept_as_received(client, repo):
    repo.published["timestamp"][-1] += b" "
    first(client)
    same(client.bytes("timestamp"), repo.published["timestamp"][-1])


@case("version", "signature", "json")
def a_first_root_that_is_none(client, repo, fault):
    root = json.loads(repo.published["root"][0])
    if fault == "version":
        del root["signed"]["version"]
    root["signatures"][0]["sig"] = root["signatures"][0]["sig"][::-1]
    client.init(json.dumps(root).encode()[: -1 if fault == "json" else None])
    same(client.refresh(), 1)
    same(repo.asked, [])


@case(("root", [("root", 1)]), ("timestamp", [("root", 2)]), ("snapshot", [("root", 2), ("timestamp", 2)]), ("targets", [("root", 2), ("snapshot", 2), ("timestamp", 2)]))
def an_unsigned_role(client, repo, role, trusted):
    repo.signers[role].pop()
    repo.publish("root", "targets", "snapshot", "timestamp")
    same(client.init(), 0)
    same(client.refresh(), 1)
    same(client.trusted(), trusted)


@case(("root", [("root", 1)]), ("snapshot", [("root", 2), ("timestamp", 2)]), ("targets", [("root", 2), ("snapshot", 2), ("timestamp", 2)]))
def another_version_than_its_name(client, repo, role, trusted):
    repo.md[role].signed.version += 1
    repo.publish("root", "targets", "snapshot", "timestamp")
    listed = repo.snapshot if role == "targets" else repo.timestamp
    # The names under which the versions are listed and served.
    if role == "targets":
        repo.published["snapshot"].pop()
        repo.published["timestamp"].pop()
        listed.meta["targets.json"].version = 2
        repo.publish("snapshot", "timestamp", bump=False)
    if role == "snapshot":
        repo.published["timestamp"].pop()
        listed.snapshot_meta.version = 2
        repo.publish("timestamp", bump=False)
    same(client.init(), 0)
    same(client.refresh(), 1)
    same(client.trusted(), trusted)


@case()
def a_timestamp_changed_without_a_new_version(client, repo):
    first(client)
    before = client.bytes("timestamp")
    repo.timestamp.snapshot_meta.version = 100
    repo.publish("timestamp", bump=False)
    same(client.refresh(), 0)
    same(repo.asked[-1], ("timestamp", None))
    same(client.bytes("timestamp"), before)


@case()
def wrong_hash_of_targets(client, repo):
    repo.hashes = True
    repo.publish("targets", "snapshot", "timestamp")
    first(client)
    repo.publish("targets")
    repo.snapshot.meta["targets.json"].hashes["sha256"] = "00" * 32
    repo.publish("snapshot", "timestamp")
    same(client.refresh(), 1)
    same((client.version("snapshot"), client.version("targets")), (3, 2))


@case("timestamp", "snapshot", "targets")
def a_role_that_is_missing(client, repo, role):
    first(client)
    repo.publish("targets", "snapshot", "timestamp")
    repo.published[role].pop() if role != "timestamp" else repo.published.pop(role)
    same(client.refresh(), 1)
    same(repo.asked[-1][0], role)
    moved = {"timestamp": [], "snapshot": ["timestamp"], "targets": ["timestamp", "snapshot"]}[role]
    same(client.trusted(), [(r, 2 if r in moved else 1) for r in sorted(TOP)])


@case()
def a_snapshot_that_looks_like_a_timestamp(client, repo):
    repo.add_key("snapshot", signer=repo.signers["timestamp"][0])
    repo.snapshot.meta = {"snapshot.json": MetaFile(1)}
    repo.publish("root", "snapshot")
    repo.published["timestamp"].append(repo.published["snapshot"].pop())
    same(client.init(), 0)
    same(client.refresh(), 1)
    same(client.trusted(), [("root", 2)])


@case()
def unknown_members(client, repo):
    first(client)
    signer = CryptoSigner.generate_ecdsa()
    signer.public_key.unrecognized_fields["extra"] = {"a": 1, "b": [None, "\u00e9\u0001\""]}
    signer.public_key.unrecognized_fields["keyid_hash_algorithms"] = "md5"
    repo.root.unrecognized_fields["custom"] = "value"
    repo.add_key("root", signer=signer)
    repo.root.roles["root"].threshold = 2
    repo.root.roles["root"].unrecognized_fields["another"] = "value"
    repo.publish("root")
    same(client.refresh(), 0)
    same(client.version("root"), 2)


@case("root", "timestamp", "snapshot", "targets")
def an_expired_role(client, repo, role):
    first(client)
    repo.md[role].signed.expires = days(-1)
    repo.publish(*(["root"] if role == "root" else []), "targets", "snapshot", "timestamp")
    same(client.refresh(), 1)
    moved = {"root": ["root"], "timestamp": [], "snapshot": ["timestamp"], "targets": ["timestamp", "snapshot"]}[role]
    same(client.trusted(), [(r, 2 if r in moved else 1) for r in sorted(TOP)])


@case()
def expired_metadata_on_disk_helps_to_update(client, repo):
    repo.timestamp.expires = days(7)
    repo.publish("timestamp")
    first(client)
    repo.timestamp.expires = SAFE
    repo.publish("targets", "snapshot", "timestamp")
    same(client.refresh(at=days(18)), 0)
    same(client.trusted(), [("root", 1), ("snapshot", 2), ("targets", 2), ("timestamp", 3)])


@case()
def a_delegated_role_that_expires(client, repo):
    repo.delegate("targets", "A", paths=["d/*"], expires=days(7))
    repo.add("d/first", b"first", "A")
    repo.add("d/second", b"second", "A")
    repo.publish_all()
    same(client.init(), 0)
    same(client.download("d/first"), 0)
    same(client.download("d/second", at=days(18)), 1)
    same(client.downloaded(), [b"first"])
    repo.md["A"].signed.expires = days(21)
    repo.publish("A", "snapshot", "timestamp")
    same(client.download("d/second", at=days(18)), 0)
    same(client.downloaded(), [b"first", b"second"])


@case()
def a_delegated_role_that_is_expired_at_once(client, repo):
    repo.delegate("targets", "A", expires=days(-1))
    repo.add("x", b"x", "A")
    repo.publish_all()
    first(client)
    same(client.download("x"), 1)
    same(client.downloaded(), [])
    same(client.trusted(), [("root", 1), ("snapshot", 2), ("targets", 2), ("timestamp", 2)])


@case(False, True)
def a_timestamp_that_lists_an_older_snapshot(client, repo, hashes):
    repo.hashes = hashes
    repo.publish("snapshot", "timestamp")
    first(client)
    repo.snapshot.version = 1
    repo.published["snapshot"].append(repo.sign("snapshot"))
    repo.timestamp.snapshot_meta = MetaFile(1)
    repo.publish("timestamp")
    same(client.refresh(), 1)
    same((client.version("timestamp"), client.version("snapshot")), (2, 2))
    same(repo.asked[-1], ("timestamp", None))


@case(False, True)
def a_snapshot_that_lists_older_targets(client, repo, hashes):
    repo.hashes = hashes
    repo.publish("targets", "snapshot", "timestamp")
    first(client)
    repo.snapshot.meta["targets.json"].version = 1
    repo.publish("snapshot", "timestamp")
    same(client.refresh(), 1)
    same((client.version("snapshot"), client.version("targets")), (2, 2))


@case()
def an_older_timestamp(client, repo):
    repo.publish("timestamp")
    first(client)
    repo.published["timestamp"].pop()
    same(client.refresh(), 1)
    same(client.version("timestamp"), 2)


@case(("timestamp", ["timestamp"]), ("snapshot", ["timestamp", "snapshot"]), ("targets", ["snapshot"]))
def versions_that_ran_away_come_back(client, repo, role, rotated):
    repo.md[role].signed.version = 99
    repo.publish(*(TOP[: 0 : -1] if role != "timestamp" else ["timestamp"]))
    repo.published[role] += [repo.published[role][-1]] * 100
    first(client)
    same(client.version(role), 100)
    for each in rotated:
        repo.rotate(each)
    repo.publish("root")
    repo.md[role].signed.version = 1
    data = repo.sign(role)
    repo.published[role] = [data]
    if role == "targets":
        repo.snapshot.meta["targets.json"] = MetaFile(1)
        repo.publish("snapshot", "timestamp")
    elif role == "snapshot":
        repo.timestamp.snapshot_meta = MetaFile(1)
        repo.publish("timestamp")
    same(client.refresh(), 0)
    same(client.version(role), 1)


ROOTS = [
    ([([1], 1, [1]), ([2], 1, [2, 1]), ([2], 1, [2])], True),
    ([([1], 1, [3, 1, 4]), ([2], 1, [3, 2, 1, 4]), ([2], 1, [3, 2, 4])], True),
    ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]), ([5, 6, 7, 8, 9], 3, [5, 6, 7])], True),
    ([([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [1, 2])], True),
    ([([1], 1, [1]), ([2], 1, [2, 3, 4])], False),
    ([([1], 1, [1]), ([2], 1, [1, 3, 4])], False),
    ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4])], False),
    ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 5])], False),
    ([([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1])], False),
]


@case(*ROOTS)
def rotations_of_the_root(client, repo, steps, isTaken):
    signers = [CryptoSigner.generate_ed25519() for _ in range(10)]
    repo.published["root"] = []
    repo.root.version = 0
    for keys, threshold, signing in steps:
        for keyid in list(repo.root.roles["root"].keyids):
            repo.root.revoke_key(keyid, "root")
        repo.root.roles["root"].threshold = threshold
        for key in keys:
            repo.root.add_key(signers[key].public_key, "root")
        repo.root.version += 1
        repo.published["root"].append(repo.sign("root", [signers[s] for s in signing]))
    same(client.init(), 0)
    same(client.refresh(), 0 if isTaken else 1)
    same(client.bytes("root"), repo.published["root"][-1 if isTaken else -2])


@case("rsa", "rsa-pkcs1v15", "ecdsa", "ed25519")
def kinds_of_keys(client, repo, kind):
    first(client)
    signer = {
        "rsa": CryptoSigner.generate_rsa,
        "rsa-pkcs1v15": lambda: CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256"),
        "ecdsa": CryptoSigner.generate_ecdsa,
        "ed25519": CryptoSigner.generate_ed25519,
    }[kind]()
    repo.add_key("root", signer=signer)
    repo.root.roles["root"].threshold = 2
    repo.publish("root")
    same(client.refresh(), 0)
    same(client.version("root"), 2)
    repo.publish("root")
    md = Metadata.from_bytes(repo.published["root"].pop())
    # A right signature, of the version before.
    before = Metadata.from_bytes(repo.published["root"][-1])
    md.signatures[signer.public_key.keyid] = before.signatures[signer.public_key.keyid]
    repo.published["root"].append(md.to_bytes())
    same(client.refresh(), 1)
    same(client.version("root"), 2)


@case("keys", "ids", "signatures")
def one_key_that_wants_to_count_twice(client, repo, how):
    same(client.init(), 0)
    signer = CryptoSigner.generate_ecdsa()
    root = repo.md["root"]
    if how == "ids":
        repo.rotate("snapshot")
        repo.publish("root")
        root_json = json.loads(repo.published["root"].pop())
        ids = root_json["signed"]["roles"]["snapshot"]["keyids"]
        ids += ids
        root_json["signed"]["roles"]["snapshot"]["threshold"] = 2
        from securesystemslib.formats import encode_canonical

        data = encode_canonical(root_json["signed"]).encode()
        root_json["signatures"] = [s.sign(data).to_dict() for s in repo.signers["root"]]
        repo.published["root"].append(json.dumps(root_json).encode())
    if how == "keys":
        for n in range(6):
            same_key = copy.deepcopy(signer.public_key)
            same_key.keyid = f"id{n}"
            root.signed.add_key(same_key, "snapshot")
            repo.signers["snapshot"].append(CryptoSigner(signer._private_key, same_key))
        repo.root.roles["snapshot"].threshold = 5
        repo.publish("root", "snapshot", "timestamp")
    if how == "signatures":
        snapshot = json.loads(repo.published["snapshot"].pop())
        snapshot["signatures"] *= 2
        repo.published["snapshot"].append(json.dumps(snapshot).encode())
    same(client.refresh(), 1)
    same(client.version("snapshot"), None)


@case()
def a_wrong_signature_beside_enough_right_ones(client, repo):
    same(client.init(), 0)
    old = repo.signers["timestamp"][0]
    repo.add_key("timestamp")
    for text in [Metadata.from_bytes(repo.published["timestamp"][-1]).signatures[old.public_key.keyid].signature, ""]:
        repo.publish("root", "timestamp")
        md = Metadata.from_bytes(repo.published["timestamp"].pop())
        md.signatures[old.public_key.keyid].signature = text
        repo.published["timestamp"].append(md.to_bytes())
        same(client.refresh(), 0)


GRAPHS = [
    ([("targets", "A")], ["A"]),
    ([("targets", "A"), ("targets", "B"), ("B", "C")], ["A", "B", "C"]),
    ([("targets", "A"), ("targets", "B"), ("A", "C"), ("A", "D")], ["A", "C", "D", "B"]),
    ([("targets", "A"), ("targets", "B"), ("A", "C", {"terminating": True}), ("A", "D")], ["A", "C"]),
    ([("targets", "A"), ("targets", "B"), ("A", "C", {"terminating": True}), ("C", "D")], ["A", "C", "D"]),
    ([("targets", "A", {"paths": ["*.py"]}), ("targets", "B"), ("A", "C")], ["B"]),
    ([("targets", "A"), ("targets", "B"), ("A", "C", {"paths": ["*.py"]}), ("C", "D")], ["A", "B"]),
    ([("targets", "A"), ("targets", "B"), ("B", "C"), ("C", "D"), ("D", "B")], ["A", "B", "C", "D"]),
    ([("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C")], ["A", "C", "B"]),
]


@case(*GRAPHS)
def order_of_the_search(client, repo, edges, visited):
    for delegator, role, *options in edges:
        repo.delegate(delegator, role, **(options[0] if options else {}))
    repo.publish_all()
    same(client.init(), 0)
    same(client.download("missing"), 1)
    same(repo.asked[4:], [(role, 1) for role in visited])


@case("?", "#", "/delegated", "../delegated", "..", "a b", "\u00e9", "%2e%2e%2f")
def odd_role_names(client, repo, role):
    repo.delegate("targets", role)
    repo.publish_all()
    same(client.init(), 0)
    same(client.download("missing"), 1)
    assert (parse.quote(role, ""), 1) in repo.asked, repo.asked
    same(len(client.trusted()), 5)
    same(sorted(os.listdir(client.folder)), ["metadata", "root.json", "targets"])


@case()
def hash_bins(client, repo):
    signer = CryptoSigner.generate_ed25519()
    bins = SuccinctRoles([], 1, 3, "bin")
    repo.targets.delegations = Delegations({}, None, bins)
    repo.targets.add_key(signer.public_key)
    for name in bins.get_roles():
        repo.md[name] = Metadata(Targets(expires=SAFE))
        repo.signers[name] = [signer]
    repo.add("x", b"x", bins.get_role_for_target("x"))
    repo.publish_all()
    same(client.init(), 0)
    same(client.download("x"), 0)
    same(repo.asked[4:], [(bins.get_role_for_target("x"), 1)])


@case()
def more_delegations_than_allowed(client, repo):
    for n in range(40):
        repo.delegate("targets", f"r{n}")
    repo.add("x", b"x", "r39")
    repo.publish_all()
    same(client.init(), 0)
    same(client.download("x"), 1)
    same(len(repo.asked), 4 + 32)


@case("file.txt", "path/to/a/file.txt")
def a_download(client, repo, path):
    repo.add(path, b"content")
    repo.publish("targets", "snapshot", "timestamp")
    first(client)
    same(client.downloaded(), [])
    same(client.download(path), 0)
    same(client.downloaded(), [b"content"])
    same(client.download(path), 0)
    same(len(repo.got), 1)


@case()
def artifacts_that_change(client, repo):
    repo.add("a", b"one")
    repo.publish("targets", "snapshot", "timestamp")
    same(client.init(), 0)
    same(client.download("a"), 0)
    for n in range(3):
        repo.add("a", f"changed {n}".encode())
        repo.publish("targets", "snapshot", "timestamp")
        same(client.download("a"), 0)
        same(client.downloaded(), [f"changed {n}".encode()])
        kept = repo.artifacts["a"]
        repo.add("a", f"listed {n}".encode())
        repo.artifacts["a"] = (b"something else", repo.artifacts["a"][1])
        repo.publish("targets", "snapshot", "timestamp")
        same(client.download("a"), 1)
        same(client.downloaded(), [kept[0]])


@case(["sha256"], ["sha512"], ["sha256", "sha512"], ["unknown"])
def hash_functions(client, repo, algorithms):
    repo.add("a", b"content", algorithms=["sha512"] if algorithms == ["unknown"] else algorithms)
    if algorithms == ["unknown"]:
        hashes = repo.targets.targets["a"].hashes
        hashes["unknown"] = hashes.pop("sha512")
    repo.publish("targets", "snapshot", "timestamp")
    same(client.init(), 0)
    same(client.download("a"), 1 if algorithms == ["unknown"] else 0)
    same(client.downloaded(), [] if algorithms == ["unknown"] else [b"content"])


def main():
    program, failed = sys.argv[1:], 0
    server = Server()
    for name, body in CASES:
        client = Client(program, server, Repo())
        try:
            body(client)
            print(f"ok   {name}")
        except Exception:
            failed += 1
            print(f"FAIL {name}: {traceback.format_exc(limit=3)}")
        finally:
            shutil.rmtree(client.folder)
    print(f"{len(CASES) - failed} of {len(CASES)} cases hold")
    sys.exit(1 if failed else 0)


main()
