"""OpenStack's clients against examples/axum: what works, and what each prints for a request that is refused.

    check.py EXAMPLE SDK_CLIENT ANSIBLE COLLECTIONS [TEST…]

EXAMPLE is the program of examples/axum, SDK_CLIENT that of this folder, ANSIBLE the program ansible-playbook, and
COLLECTIONS the folder of its collections. The other clients are those of the interpreter that runs this file.

The test EveryClient prints a table. For a part of it, set CLIENTS to names of clients, separated by commas.
"""

import base64
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

import openstack

from clients import CLIENTS, Job, play
from cloud import Cloud
from matrix import QUOTA, VERSIONS, Matrix, add_users
from nova import Operation
from operations import fingerprint, operations

EXAMPLE = os.path.abspath(sys.argv[1])
PROGRAMS = dict(zip(["openstack_sdk", "ansible", "collections"], map(os.path.abspath, sys.argv[2:5])))


def string(data):
    return len(data).to_bytes(4, "big") + data


def fields(blob):
    """The strings of a key blob."""
    while blob:
        length = int.from_bytes(blob[:4], "big")
        yield blob[4 : 4 + length]
        blob = blob[4 + length :]


def make_keys(folder):
    """Lines of each type of key that Nova accepts, as `ssh-keygen` writes them, by kind; and one for `create`."""
    lines = {}
    for kind in ["rsa-2048", "rsa-3072", "ed25519", "local", "ecdsa-256", "ecdsa-384", "ecdsa-521"]:
        algorithm, _, bits = kind.replace("local", "ed25519").partition("-")
        command = ["ssh-keygen", "-q", "-t", algorithm, *(["-b", bits] if bits else []), "-N", "", "-C", "me@home"]
        subprocess.run([*command, "-f", folder / kind], check=True)
        lines[kind] = (folder / f"{kind}.pub").read_text().strip()
    # A security key has the public key of a curve, and an application.
    for algorithm, kind in [("ssh-ed25519", "ed25519"), ("ecdsa-sha2-nistp256", "ecdsa-256")]:
        _, *rest = fields(base64.b64decode(lines[kind].split()[1]))
        algorithm = f"sk-{algorithm}@openssh.com"
        blob = b"".join(string(field) for field in [algorithm.encode(), *rest, b"ssh:"])
        lines[f"sk-{kind}"] = f"{algorithm} {base64.b64encode(blob).decode()} me@home"
    return lines


class Service(unittest.TestCase):
    maxDiff = None
    quota = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        # Clients also read the clouds.yaml of the working folder.
        os.chdir(cls.folder)
        cls.keys = make_keys(cls.folder)
        cls.line = cls.keys["ed25519"]

    def setUp(self):
        warnings.simplefilter("ignore")
        folder = self.folder / self.id()
        folder.mkdir()
        self.cloud = Cloud(EXAMPLE, folder, self.quota, VERSIONS[:-1])
        self.addCleanup(self.cloud.close)


class EveryClient(Service):
    quota = QUOTA

    def test_every_operation_in_every_microversion_prints_what_it_should(self):
        private_key = (self.folder / "rsa-2048").read_text()
        clients = os.environ.get("CLIENTS", ",".join(CLIENTS)).split(",")
        matrix = Matrix(self.cloud, operations(self.keys, private_key), self.folder, PROGRAMS, clients)
        matrix.run()
        matrix.print()
        self.assertFalse(matrix.problems, "\n\n".join(matrix.problems))


class OneClient(Service):
    def setUp(self):
        super().setUp()
        self.cloud.serve()

    def perform(self, client, version, call, name="", user="me", **rest):
        """Returns whether an operation succeeds, and what it prints."""
        users = {"me": "me", "other": "other", "root": "root", "stranger": "stranger"}
        job = Job(version, users, self.cloud.url, self.folder, PROGRAMS)
        client = CLIENTS[client]
        operation = Operation("", call, name, user=user, **rest)
        [(_, succeeded, text)] = client.perform_all(job, [operation])
        return succeeded, text

    def assert_accepted(self, answer):
        succeeded, text = answer
        self.assertTrue(succeeded, text)
        return text

    def assert_refused(self, answer, message):
        succeeded, text = answer
        self.assertFalse(succeeded, text)
        self.assertIn(message, " ".join(text.split()))


class OpenStackClient(OneClient):
    """`openstack`, of python-openstackclient."""

    def openstack(self, *arguments, **options):
        return self.perform("python-openstackclient", *arguments, **options)

    def test_pages_are_read_one_after_another(self):
        for name in ["a", "b", "c"]:
            self.cloud.add("u-me", name, self.line)
        for version in ["2.35", "2.92"]:
            for options, names in [
                (["--limit", "1"], ["a", "b", "c"]),
                (["--limit", "1", "--marker", "a"], ["b", "c"]),
                (["--limit", "1", "--max-items", "2"], ["a", "b"]),
            ]:
                client = CLIENTS["python-openstackclient"]
                arguments = ["--os-cloud", "me", "--os-compute-api-version", version, "keypair", "list", "-f", "json"]
                succeeded, text = client.fork([*arguments, *options], {})
                self.assertEqual((succeeded, client.names(text)), (True, names), text)

    def test_key_pairs_survive_a_restart(self):
        self.assert_accepted(self.openstack("2.92", "add", "k", line=self.line))
        before = self.assert_accepted(self.openstack("2.92", "show", "k"))
        self.cloud.stop()
        self.cloud.start()
        self.assertEqual(self.assert_accepted(self.openstack("2.92", "show", "k")), before)
        self.assertIn(fingerprint(self.line), before)
        self.assert_refused(self.openstack("2.92", "add", "k", line=self.line), "Key pair 'k' already exists.")

    def test_a_second_process_cannot_open_the_database(self):
        done = subprocess.run(self.cloud.command(), capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("Database already open. Cannot acquire lock.", done.stderr)
        self.assert_accepted(self.openstack("2.92", "add", "k", line=self.line))

    def test_one_of_several_processes_gets_a_name(self):
        client, path = CLIENTS["python-openstackclient"], str(self.folder / "ed25519.pub")
        arguments = ["--os-cloud", "me", "--os-compute-api-version", "2.92", "keypair"]
        self.assert_accepted(self.openstack("2.92", "list"))
        with multiprocessing.get_context("fork").Pool(4) as pool:
            calls = [[*arguments, "create", "k", "--public-key", path]] * 4
            answers = pool.starmap(client.fork, [(call, {}) for call in calls], chunksize=1)
        self.assertEqual(sorted(succeeded for succeeded, _ in answers), [False] * 3 + [True])
        refusal = f"ConflictException: 409: Client Error for url: {self.cloud.url}/v2.1/os-keypairs, Key pair 'k' "
        for succeeded, text in answers:
            self.assertTrue(succeeded or text == f"{refusal}already exists.\n", text)

    def test_the_default_quota_is_that_of_nova(self):
        for i in range(100):
            self.cloud.add("u-me", f"key-{i}", self.line)
        self.assert_refused(self.openstack("2.92", "create", "k"), "Quota exceeded, too many key pairs.")

    def test_a_token_that_is_not_valid_is_refused(self):
        self.assert_refused(self.openstack("2.92", "list", user="stranger"), "requires authentication")

    def test_a_microversion_out_of_range_is_refused(self):
        for version in ["2.93", "2.104"]:
            self.assert_refused(self.openstack(version, "list"), "supports a minimum of 2.1 and a maximum of 2.92")


class Nova(OneClient):
    """`nova`, of python-novaclient."""

    def nova(self, *arguments, **options):
        return self.perform("python-novaclient", *arguments, **options)

    def test_a_token_that_is_not_valid_is_refused(self):
        self.assert_refused(self.nova("2.92", "list", user="stranger"), "requires authentication")

    def test_a_microversion_out_of_range_is_refused(self):
        self.assert_refused(self.nova("2.93", "list"), "The valid version range is '2.1' to '2.92'")


class OpenStackSdk(OneClient):
    """The Python library openstacksdk."""

    def test_every_call_works_in_the_microversion_that_the_library_chooses(self):
        with openstack.connect(cloud="me") as cloud:
            created = cloud.compute.create_keypair(name="k", public_key=self.line)
            self.assertEqual((created.fingerprint, created.user_id), (fingerprint(self.line), "u-me"))
            self.assertEqual([keypair.name for keypair in cloud.compute.keypairs()], ["k"])
            self.assertEqual(cloud.compute.get_keypair("k").public_key, self.line)
            cloud.compute.delete_keypair("k", ignore_missing=False)
            self.assertIsNone(cloud.compute.find_keypair("k"))

    def test_the_service_answers_the_versions_that_it_announces(self):
        with openstack.connect(cloud="me") as cloud:
            data = cloud.compute.get_endpoint_data()
            self.assertEqual((data.min_microversion, data.max_microversion), ((2, 1), (2, 92)))
            for version, status in [("2.1", 200), ("2.92", 200), ("2.93", 406), ("1.0", 406), ("2", 400)]:
                headers = {"OpenStack-API-Version": f"compute {version}"}
                response = cloud.compute.request("/os-keypairs", "GET", headers=headers, raise_exc=False)
                self.assertEqual(response.status_code, status, version)
            headers = {"OpenStack-API-Version": "compute latest"}
            response = cloud.compute.request("/os-keypairs", "GET", headers=headers)
            self.assertEqual(response.headers["OpenStack-API-Version"], "compute 2.92")
            self.assertEqual(response.headers["X-OpenStack-Nova-API-Version"], "2.92")
            self.assertEqual(response.headers["Vary"], "OpenStack-API-Version, X-OpenStack-Nova-API-Version")


class RustSdk(OneClient):
    """The Rust crate openstack_sdk."""

    def test_pages_are_read_one_after_another(self):
        for name in ["a", "b", "c"]:
            self.cloud.add("u-me", name, self.line)
        command = [PROGRAMS["openstack_sdk"], "me", "2.35", "pages"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        self.assertEqual([keypair["name"] for keypair in json.loads(done.stdout)], ["a", "b", "c"])

    def test_a_microversion_out_of_range_is_refused(self):
        answer = self.perform("openstack_sdk (Rust)", "2.93", "list")
        self.assert_refused(answer, "status: `406 Not Acceptable`")
        message = "Version 2.93 is not supported by the API. Minimum is 2.1 and maximum is 2.92."
        self.assert_refused(answer, message)


class Ansible(OneClient):
    """The Ansible collection openstack.cloud, in the microversion that its library chooses."""

    def test_a_key_pair_is_created_once_replaced_and_deleted(self):
        keypair = lambda **options: {"openstack.cloud.keypair": {"cloud": "me", "name": "k", **options}}
        info = {"openstack.cloud.keypair_info": {"cloud": "me", "name": "k"}}
        other = self.keys["rsa-2048"]
        tasks = [
            keypair(public_key=self.line),
            keypair(public_key=self.line),
            info,
            keypair(public_key=other, state="replace"),
            keypair(state="absent"),
            info,
        ]
        created, again, shown, replaced, deleted, gone = play(PROGRAMS, self.folder, tasks)
        self.assertEqual((created["changed"], created["keypair"]["fingerprint"]), (True, fingerprint(self.line)))
        self.assertFalse(again["changed"])
        self.assertEqual([keypair["public_key"] for keypair in shown["keypairs"]], [self.line])
        self.assertEqual(replaced["keypair"]["fingerprint"], fingerprint(other))
        self.assertEqual((deleted["changed"], gone["keypairs"]), (True, []))


del Service, OneClient
if __name__ == "__main__":
    add_users()
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)
