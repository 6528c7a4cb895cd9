"""Runs every client in every microversion, compares what it prints with what it should, and prints a table."""

import ast
import multiprocessing
import re
import tempfile

from cryptography.hazmat.primitives import serialization

import identity
from clients import CLIENTS, Job
from nova import Nova
from operations import fingerprint

VERSIONS = ["2.1", "2.2", "2.10", "2.35", "2.91", "2.92", "latest"]
# More than a client leaves behind.
QUOTA = 16
ROLES = {"other": "other", "root": "root", "full": "full"}
NOT_OFFERED, BY_CLIENT = "-", "client"


def owner_of_job(client, version):
    """The name of a user whose key pairs only this client sees, in this microversion."""
    return f"{list(CLIENTS).index(client)}-{version}"


def add_users():
    identity.USERS["full"] = ("u-full", ["member"])
    for client in CLIENTS:
        for version in VERSIONS:
            name = owner_of_job(client, version)
            identity.USERS[name] = ("u-" + name, ["member"])


class Matrix:
    def __init__(self, cloud, operations, folder, programs, clients=None):
        self.cloud, self.operations, self.folder, self.programs = cloud, operations, folder, programs
        self.jobs = [(client, version) for client in clients or CLIENTS for version in VERSIONS]
        # By client, microversion and row: what the table shows.
        self.cells = {}
        self.problems = []

    def run(self):
        # Those of the slowest client first. The processes are forked before there are threads.
        Matrix.forked = self
        with multiprocessing.get_context("fork").Pool(2) as pool:
            pending = [pool.apply_async(run_job, job) for job in reversed(self.jobs)]
            line = next(operation.line for operation in self.operations if operation.row == "quota")
            self.cloud.add("u-other", "theirs", line)
            for i in range(QUOTA):
                self.cloud.add("u-full", f"key-{i}", line)
            self.cloud.serve()
            for answer in pending:
                for key, cell, problem in answer.get():
                    self.cells[key] = "wrong" if problem else cell
                    if problem:
                        self.problems.append(f"{', '.join(key)}: {problem}")
        rows = [operation.row for operation in self.operations]
        wanted = {(client, version, row) for client, version in self.jobs for row in rows}
        self.problems += [f"{', '.join(key)}: no result" for key in sorted(wanted - self.cells.keys())]

    def run_job(self, client_name, version):
        """Returns cells: the key, what the table shows, and what is wrong."""
        client = CLIENTS[client_name]
        users = ROLES | {"me": owner_of_job(client_name, version)}
        folder = self.folder / users["me"]
        folder.mkdir()
        job = Job(version, users, self.cloud.url, folder, self.programs)
        if job.is_latest:
            job.minor = client.latest
        nova = Nova(job.minor, QUOTA)
        nova.names = {"u-other": {"theirs"}, "u-full": {f"key-{i}" for i in range(QUOTA)}}
        cells = []
        for operation in self.operations:
            if client.lacks(job, operation):
                cells.append(((client_name, version, operation.row), NOT_OFFERED, None))
        todo = [operation for operation in self.operations if not client.lacks(job, operation)]
        # Of these names, a client that reports at the end leaves no record.
        job.deleted = {operation.name for operation in todo if operation.call == "delete"}
        for operation, succeeded, text in client.perform_all(job, todo):
            cell, problem = self.compare(client, job, nova, operation, succeeded, text)
            cells.append(((client_name, version, operation.row), cell, problem))
        return cells

    def compare(self, client, job, nova, operation, succeeded, text):
        """Returns what the table shows, and what is wrong."""
        cell, expected = BY_CLIENT, client.own_refusal(job, operation)
        if not expected:
            refusal = nova.answer(client.body(job, operation), operation, job)
            if refusal and client.hides(operation, refusal):
                unchanged = succeeded and '"changed": false' in text and '"name"' not in text
                return "ok", None if unchanged else f"prints\n{text}\nfor what does not exist"
            cell = refusal and str(refusal.status)
            expected = refusal and client.refusal(job, operation, refusal)
        if succeeded != (not expected):
            return "?", f"{'succeeds' if succeeded else 'fails'} and prints\n{text}\nin place of\n{expected}"
        if expected:
            return cell, None if in_order(text) == in_order(expected) else f"prints\n{text}\nin place of\n{expected}"
        problem = self.compare_success(client, job, nova, operation, text)
        return "ok", problem and f"{problem}: it prints\n{text}"

    def compare_success(self, client, job, nova, operation, text):
        """Returns what is wrong with what a client prints, or with what it stored."""
        owner = nova.owner(client.body(job, operation), operation, job)
        match operation.call:
            case "list":
                names = client.listed(operation, sorted(nova.names.get(owner, [])))
                return None if client.names(text) == names else f"the list is not {names}"
            case "show":
                return None if fingerprint(operation.line) in text else "the fingerprint is missing"
            case "delete":
                return "the key pair still exists" if self.cloud.stored(owner, operation.name) else None
        stored = self.cloud.stored(owner, operation.name)
        if client.reports_at_the_end and operation.name in job.deleted:
            stored = operation.line
        expected = printed_key(text) or operation.line
        if not stored or stored.split()[:2] != expected.split()[:2]:
            return f"the stored key is {stored}"
        if client.prints_fingerprint and operation.call == "add" and fingerprint(stored) not in text:
            return "the fingerprint is missing"
        return None

    def print(self):
        """Prints a table for each client: a status for a refusal, or who refused."""
        rows = [operation.row for operation in self.operations]
        width = max(map(len, rows))
        for client in dict(self.jobs):
            print(f"\n{client:{width}} " + " ".join(f"{version:>6}" for version in VERSIONS))
            for row in rows:
                cells = [self.cells.get((client, version, row), "?") for version in VERSIONS]
                print(f"{row:{width}} " + " ".join(f"{cell:>6}" for cell in cells))
        print("\nok: the reply was printed and the record stored. NNN: the service refused with this status.")
        print(f"{BY_CLIENT}: the client refused without asking. {NOT_OFFERED}: the client has no such operation.")
        newest = ", ".join(f"{name}: 2.{client.latest}" for name, client in CLIENTS.items())
        print(f"latest, without another microversion: {newest}.")
        print(f"{len(self.cells)} cells, {len(self.problems)} of them wrong.", flush=True)


def run_job(client, version):
    return Matrix.forked.run_job(client, version)


def printed_key(text):
    """Returns the public half of a private key in the text."""
    found = re.search(r"-----BEGIN OPENSSH PRIVATE KEY-----.*?-----END OPENSSH PRIVATE KEY-----", text, re.DOTALL)
    if not found:
        return None
    key = serialization.load_ssh_private_key(found.group().replace("\\n", "\n").encode() + b"\n", None)
    formats = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return key.public_key().public_bytes(*formats).decode()


def in_order(text):
    """Returns a message with the fields of a quoted object in order: openstacksdk sends them in any."""
    return re.sub(r"Value: (\{.*?\})\. ", lambda m: f"Value: {sorted(ast.literal_eval(m[1]).items())}. ", text)
