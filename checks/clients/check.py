"""OpenStack's clients against examples/axum: what works, and what each prints for a request that is refused.

    check.py EXAMPLE SDK_CLIENT ANSIBLE COLLECTIONS [TEST…]

EXAMPLE is the program of examples/axum, SDK_CLIENT that of this folder, ANSIBLE the program ansible-playbook, and
COLLECTIONS the folder of its collections. The other clients are those of the interpreter that runs this file.
"""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings

import novaclient.shell
import openstack
import openstackclient.shell
from cryptography.hazmat.primitives import serialization

import identity

EXAMPLE, SDK_CLIENT, ANSIBLE, COLLECTIONS = map(os.path.abspath, sys.argv[1:5])
SEVERAL = ["2.1", "2.2", "2.10", "2.35", "2.91", "2.92"]
NO_KEY = "Keypair data is invalid: failed to generate fingerprint: "
POLICY = "Policy doesn't allow os_compute_api:os-keypairs:{} to be performed."
RANGE = "Minimum is 2.1 and maximum is 2.92."


def number(version):
    """The minor version."""
    return int(version.removeprefix("2."))


def string(data):
    return len(data).to_bytes(4, "big") + data


def fields(blob):
    """The strings of a key blob."""
    while blob:
        length = int.from_bytes(blob[:4], "big")
        yield blob[4 : 4 + length]
        blob = blob[4 + length :]


def fingerprint(line):
    digest = hashlib.md5(base64.b64decode(line.split()[1]), usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))


def make_keys(folder):
    """Lines of each type of key that Nova accepts, as `ssh-keygen` writes them, by file name."""
    lines = {}
    for kind, bits in [("rsa", 2048), ("rsa", 3072), ("ed25519", 256), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521)]:
        name = f"{kind}-{bits}"
        command = ["ssh-keygen", "-q", "-t", kind, "-b", str(bits), "-N", "", "-C", "me@home", "-f", folder / name]
        subprocess.run(command, check=True)
        lines[name] = (folder / f"{name}.pub").read_text()
    # A security key has the public key of a curve, and an application.
    for kind, name in [("ssh-ed25519", "ed25519-256"), ("ecdsa-sha2-nistp256", "ecdsa-256")]:
        _, *rest = fields(base64.b64decode(lines[name].split()[1]))
        kind = f"sk-{kind}@openssh.com"
        blob = b"".join(string(field) for field in [kind.encode(), *rest, b"ssh:"])
        lines[f"sk-{name}"] = f"{kind} {base64.b64encode(blob).decode()} me@home\n"
    for name, line in lines.items():
        (folder / f"{name}.pub").write_text(line)
    return lines


class Clients(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        # Clients also read the clouds.yaml of the working folder.
        os.chdir(cls.folder)
        cls.keys = make_keys(cls.folder)
        cls.line = cls.keys["ed25519-256"].strip()

    def setUp(self):
        self.database = self.folder / f"{self.id()}.redb"
        self.server = identity.serve(None)
        self.addCleanup(self.server.server_close)
        self.start()
        warnings.simplefilter("ignore")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.shutdown)
        self.url = "http://%s:%d" % self.server.server_address
        profiles = {
            name: {
                "auth": {
                    "auth_url": self.url + "/identity",
                    "username": name,
                    "password": identity.PASSWORD,
                    "project_name": identity.PROJECT["name"],
                    "user_domain_name": "Default",
                    "project_domain_name": "Default",
                },
                "region_name": "region",
                "identity_api_version": "3",
            }
            for name in identity.USERS
        }
        # JSON is YAML.
        (self.folder / "clouds.yaml").write_text(json.dumps({"clouds": profiles}))
        file = str(self.folder / "clouds.yaml")
        self.environment = {"OS_CLIENT_CONFIG_FILE": file, "OS_CLIENT_CONFIG_PATH": file, "HOME": str(self.folder)}
        os.environ.update(self.environment)

    def start(self):
        process = subprocess.Popen([EXAMPLE, "127.0.0.1:0", self.database], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop, process)
        host, port = process.stdout.readline().split("//")[1].strip().split(":")
        self.server.backend = (host, int(port))
        self.process = process

    @staticmethod
    def stop(process):
        process.terminate()
        process.wait()
        process.stdout.close()

    def shell(self, main, argv, environment=()):
        """Runs the main function of a program in a process of its own; returns its status and what it prints."""
        with tempfile.TemporaryFile("w+") as out:
            child = os.fork()
            if child == 0:
                with contextlib.suppress(BaseException):
                    os.dup2(out.fileno(), 1)
                    os.dup2(out.fileno(), 2)
                    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)
                    os.environ.update(environment)
                    status = 1
                    try:
                        status = main(argv) or 0
                    except SystemExit as exit_:
                        status = exit_.code or 0
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(int(status))
                os._exit(99)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            out.seek(0)
            return status, out.read()

    def assert_refused(self, answer, message):
        status, text = answer
        self.assertNotEqual(status, 0, text)
        self.assertIn(message, " ".join(text.split()))

    def assert_accepted(self, answer):
        status, text = answer
        self.assertEqual(status, 0, text)
        return text


class OpenStackClient(Clients):
    """`openstack`, of python-openstackclient."""

    def openstack(self, version, *argv, user="me"):
        arguments = ["--os-cloud", user, "--os-compute-api-version", version, "keypair", *argv]
        return self.shell(openstackclient.shell.main, arguments)

    def json(self, version, *argv, user="me"):
        return json.loads(self.assert_accepted(self.openstack(version, *argv, "-f", "json", user=user)))

    def test_a_key_pair_is_created_locally_listed_shown_and_deleted(self):
        for version in [*SEVERAL, "2.latest"]:
            with self.subTest(version):
                name = "my-key" if version != "2.92" else "me@home.key"
                private = self.assert_accepted(self.openstack(version, "create", name))
                private = serialization.load_ssh_private_key(private.strip().encode() + b"\n", None)
                formats = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
                ours = private.public_key().public_bytes(*formats).decode()
                stored = self.assert_accepted(self.openstack(version, "show", name, "--public-key"))
                self.assertEqual(stored.strip(), ours)
                expected = {"Name": name, "Fingerprint": fingerprint(ours), "Type": "ssh"}
                if version == "2.1":
                    del expected["Type"]
                self.assertEqual(self.json(version, "list"), [expected])
                shown = self.json(version, "show", name)
                self.assertEqual((shown["name"], shown["user_id"]), (name, "u-me"))
                self.assertEqual((shown["fingerprint"], shown["is_deleted"]), (fingerprint(ours), False))
                self.assertRegex(shown["created_at"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$")
                self.assert_accepted(self.openstack(version, "delete", name))
                self.assertEqual(self.json(version, "list"), [])

    def test_each_type_of_key_is_imported(self):
        for name, line in self.keys.items():
            with self.subTest(name):
                file = str(self.folder / f"{name}.pub")
                imported = self.json("2.92", "create", name, "--public-key", file)
                self.assertEqual((imported["fingerprint"], imported["user_id"]), (fingerprint(line), "u-me"))
        self.assertEqual([item["Name"] for item in self.json("2.92", "list")], sorted(self.keys))

    def refuse(self, versions, message, *argv, line=None):
        if line is not None:
            (self.folder / "refused.pub").write_text(line)
            argv = [*argv, "--public-key", str(self.folder / "refused.pub")]
        for version in versions:
            with self.subTest(version, argv=argv):
                self.assert_refused(self.openstack(version, *argv), message)

    def test_each_refusal_of_an_import_prints_the_reason(self):
        self.json("2.1", "create", "taken", "--public-key", str(self.folder / "rsa-2048.pub"))
        create = lambda message, name="k", line=self.line, versions=SEVERAL: self.refuse(
            versions, message, "create", name, line=line
        )
        bad_request, url = "BadRequestException: 400: Client Error for url: ", "/v2.1/os-keypairs, "
        create(bad_request + self.url + url + NO_KEY + "the key is cut off", line=self.line[:40])
        create(NO_KEY + "the base64 is missing 3 character(s) at the end", line=self.line[:41], versions=["2.92"])
        create("is not an OpenSSH public key", line="no key", versions=["2.92"])
        create(NO_KEY + "THIS IS A PRIVATE KEY", line=(self.folder / "rsa-2048").read_text(), versions=["2.92"])
        comment = "x" * 1024
        create(NO_KEY + "the public key has", line=f"{self.line} {comment}")
        conflict = f"ConflictException: 409: Client Error for url: {self.url}{url}Key pair 'taken' already exists."
        create(conflict, "taken")
        old = [version for version in SEVERAL if number(version) < 92]
        field = "Invalid input for field/attribute name. Value: "
        create(field + r"a.b. 'a.b' does not match '^[_\\- a-zA-Z0-9]+$'", "a.b", versions=old)
        create(field + r"a/b. 'a/b' does not match '^[_\\-\\@\\. a-zA-Z0-9]+$'", "a/b", versions=["2.92"])
        rule = "The name must be: printable characters. Can not start or end with whitespace."
        create("An invalid 'name' value was provided. " + rule, " k")
        create(f"{'x' * 256}' is too long", "x" * 256)
        create("'' should be non-empty", "")
        self.assertEqual([item["Name"] for item in self.json("2.92", "list")], ["taken"])

    def test_each_refusal_of_a_lookup_prints_the_reason(self):
        self.refuse(SEVERAL, "No Keypair found for missing", "show", "missing")
        missing = f"NotFoundException: 404: Client Error for url: {self.url}/v2.1/os-keypairs/missing, "
        self.refuse(SEVERAL, missing + "Keypair missing not found for user u-me", "delete", "missing")
        self.refuse(SEVERAL, "1 of 1 keys failed to delete.", "delete", "missing")
        paged = [version for version in SEVERAL if number(version) >= 35]
        self.refuse(paged, "Marker missing could not be found.", "list", "--marker", "missing")
        self.refuse(["2.93", "2.104"], "supports a minimum of 2.1 and a maximum of 2.92", "list")
        self.refuse(["2.1", "2.10"], "--os-compute-api-version 2.35 or greater is required", "list", "--limit", "1")

    def test_only_an_administrator_acts_for_another_user(self):
        file = str(self.folder / "ed25519-256.pub")
        create = ["create", "k", "--public-key", file, "--user"]
        for version in ["2.10", "2.92"]:
            with self.subTest(version):
                self.refuse([version], POLICY.format("create"), *create, "other")
                self.assertEqual(self.json(version, *create, "me", user="root")["user_id"], "u-me")
                self.assertEqual(self.json(version, "list", user="root"), [])
                self.assertEqual(len(self.json(version, "list", "--user", "me", user="root")), 1)
                self.assertEqual(self.json(version, "show", "k", "--user", "me", user="root")["name"], "k")
                # After a refusal to show a key pair, the program looks for it in the list.
                for action, argv in [("index", ["list"]), ("index", ["show", "k"]), ("delete", ["delete", "k"])]:
                    answer = self.openstack(version, *argv, "--user", "me", user="other")
                    self.assert_refused(answer, POLICY.format(action))
                self.assert_accepted(self.openstack(version, "delete", "k", "--user", "me", user="root"))
        self.refuse(["2.1", "2.2"], "--os-compute-api-version 2.10 or greater is required", *create, "other")

    def test_pages_are_read_one_after_another(self):
        names = ["a", "b", "c"]
        for name in names:
            self.json("2.92", "create", name, "--public-key", str(self.folder / "ed25519-256.pub"))
        for version in ["2.35", "2.92"]:
            listed = lambda *argv: [item["Name"] for item in self.json(version, "list", *argv)]
            self.assertEqual(listed("--limit", "1"), names)
            self.assertEqual(listed("--limit", "1", "--marker", "a"), names[1:])
            self.assertEqual(listed("--limit", "1", "--max-items", "2"), names[:2])

    def test_key_pairs_survive_a_restart(self):
        self.json("2.92", "create", "k", "--public-key", str(self.folder / "ed25519-256.pub"))
        before = self.json("2.92", "show", "k")
        self.stop(self.process)
        self.start()
        self.assertEqual(self.json("2.92", "show", "k"), before)
        self.refuse(["2.92"], "Key pair 'k' already exists.", "create", "k", line=self.line)

    def test_a_token_that_is_not_valid_is_refused(self):
        self.assert_refused(self.openstack("2.92", "list", user="stranger"), "requires authentication")


class Nova(Clients):
    """`nova`, of python-novaclient."""

    def nova(self, version, *argv, user="me"):
        environment = {
            "OS_AUTH_URL": self.url + "/identity",
            "OS_USERNAME": user,
            "OS_PASSWORD": identity.PASSWORD,
            "OS_PROJECT_NAME": identity.PROJECT["name"],
            "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default",
        }
        arguments = ["--os-compute-api-version", version, *argv]
        return self.shell(novaclient.shell.main, arguments, environment)

    def test_every_call_works_in_each_microversion(self):
        file = str(self.folder / "ed25519-256.pub")
        for version in [*SEVERAL, "2.latest"]:
            with self.subTest(version):
                self.assert_accepted(self.nova(version, "keypair-add", "k", "--pub-key", file))
                for argv in [["keypair-list"], ["keypair-show", "k"]]:
                    self.assertIn(fingerprint(self.line), self.assert_accepted(self.nova(version, *argv)))
                self.assert_accepted(self.nova(version, "keypair-delete", "k"))
                self.assertNotIn(fingerprint(self.line), self.assert_accepted(self.nova(version, "keypair-list")))

    def test_the_server_generates_a_key_pair_before_2_92(self):
        for version in ["2.1", "2.91"]:
            private = self.assert_accepted(self.nova(version, "keypair-add", "k" + version[2:]))
            self.assertIn("-----BEGIN OPENSSH PRIVATE KEY-----", private)

    def test_each_refusal_prints_the_reason(self):
        good, bad, long = (str(self.folder / name) for name in ["ed25519-256.pub", "bad.pub", "long.pub"])
        pathlib.Path(bad).write_text("ssh-rsa AAAA")
        pathlib.Path(long).write_text(self.line + " " + "x" * 1024)
        for version in [*SEVERAL, "2.latest"]:
            # From 2.10 on the program does not look the key pair up first.
            missing = "ERROR (NotFound): Keypair missing not found for user u-me (HTTP 404)"
            if version in ["2.1", "2.2"]:
                missing = "ERROR (CommandError): No keypair with a name or ID of 'missing' exists."
            self.assert_accepted(self.nova(version, "keypair-add", "taken", "--pub-key", good))
            for argv, message in [
                (["keypair-add", "k", "--pub-key", bad], f"ERROR (BadRequest): {NO_KEY}the key is cut off"),
                (["keypair-add", "k", "--pub-key", long], f"ERROR (BadRequest): {NO_KEY}the public key has"),
                (["keypair-add", "a/b", "--pub-key", good], "Value: a/b. 'a/b' does not match"),
                (["keypair-add", "taken", "--pub-key", good],
                 "ERROR (Conflict): Key pair 'taken' already exists. (HTTP 409)"),
                (["keypair-show", "missing"], missing),
                (["keypair-delete", "missing"], missing),
            ]:
                with self.subTest(version, argv=argv):
                    self.assert_refused(self.nova(version, *argv), message)
            if version != "2.1":
                answer = self.nova(version, "keypair-add", "k", "--pub-key", good, "--key-type", "x509")
                self.assert_refused(answer, "ERROR (BadRequest): key pairs of type x509 are not supported")
            if version not in ["2.1", "2.2"]:
                answer = self.nova(version, "keypair-add", "k", "--pub-key", good, "--user", "u-other")
                self.assert_refused(answer, f"ERROR (Forbidden): {POLICY.format('create')} (HTTP 403)")
                answer = self.nova(version, "keypair-list", "--user", "u-other")
                self.assert_refused(answer, f"ERROR (Forbidden): {POLICY.format('index')} (HTTP 403)")
            self.assert_accepted(self.nova(version, "keypair-delete", "taken"))
        self.assert_refused(self.nova("2.93", "keypair-list"), "The valid version range is '2.1' to '2.92'")
        self.assert_refused(self.nova("2.92", "keypair-list", user="stranger"), "requires authentication")


class OpenStackSdk(Clients):
    """The Python library openstacksdk."""

    def test_every_call_works_in_each_microversion(self):
        for version in [*SEVERAL, None]:
            with self.subTest(version), openstack.connect(cloud="me", compute_default_microversion=version) as cloud:
                created = cloud.compute.create_keypair(name="k", public_key=self.line)
                self.assertEqual((created.fingerprint, created.user_id), (fingerprint(self.line), "u-me"))
                self.assertEqual([keypair.name for keypair in cloud.compute.keypairs()], ["k"])
                self.assertEqual(cloud.compute.get_keypair("k").public_key, self.line)
                cloud.compute.delete_keypair("k", ignore_missing=False)
                self.assertIsNone(cloud.compute.find_keypair("k"))

    def test_each_refusal_has_the_reason(self):
        exceptions = openstack.exceptions
        for version in SEVERAL:
            with openstack.connect(cloud="me", compute_default_microversion=version) as cloud:
                compute = cloud.compute
                compute.create_keypair(name="taken", public_key=self.line)
                cases = [
                    (exceptions.BadRequestException, NO_KEY + "the key is cut off",
                     lambda: compute.create_keypair(name="k", public_key="ssh-rsa AAAA")),
                    (exceptions.ConflictException, "Key pair 'taken' already exists.",
                     lambda: compute.create_keypair(name="taken", public_key=self.line)),
                    (exceptions.NotFoundException, "Keypair missing not found for user u-me",
                     lambda: compute.get_keypair("missing")),
                    (exceptions.NotFoundException, "Keypair missing not found for user u-me",
                     lambda: compute.delete_keypair("missing", ignore_missing=False)),
                ]
                if version != "2.1":
                    x509 = lambda: compute.create_keypair(name="k", public_key=self.line, type="x509")
                    cases.append((exceptions.BadRequestException, "key pairs of type x509 are not supported", x509))
                if number(version) >= 35:
                    unknown = lambda: list(compute.keypairs(marker="missing"))
                    cases.append((exceptions.BadRequestException, "Marker missing could not be found.", unknown))
                    negative = lambda: list(compute.keypairs(limit=-1, paginated=False))
                    cases.append((exceptions.BadRequestException, "'-1' does not match '^[0-9]*$'", negative))
                for kind, message, call in cases:
                    with self.subTest(version, message=message), self.assertRaises(kind) as caught:
                        call()
                    self.assertIn(message, str(caught.exception))
                compute.delete_keypair("taken", ignore_missing=False)

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


class RustSdk(Clients):
    """The Rust crate openstack_sdk."""

    def call(self, version, *argv):
        done = subprocess.run([SDK_CLIENT, "me", version, *argv], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout

    def json(self, version, *argv):
        return json.loads(self.assert_accepted(self.call(version, *argv)))

    def test_every_call_works_in_each_microversion(self):
        for version in [*SEVERAL, "latest"]:
            with self.subTest(version):
                created = self.json(version, "create", "k", self.line)
                self.assertEqual(created["fingerprint"], fingerprint(self.line))
                self.assertEqual(created.get("type"), None if version == "2.1" else "ssh")
                self.assertEqual([keypair["name"] for keypair in self.json(version, "list")], ["k"])
                self.assertEqual(self.json(version, "show", "k")["user_id"], "u-me")
                self.assertIsNone(self.json(version, "delete", "k"))
        for name in ["a", "b", "c"]:
            self.json("2.92", "create", name, self.line)
        self.assertEqual([keypair["name"] for keypair in self.json("2.35", "pages")], ["a", "b", "c"])

    def test_each_refusal_has_the_reason(self):
        self.json("2.1", "create", "taken", self.line)
        for version in SEVERAL:
            for argv, status, message in [
                (["create", "k", "ssh-rsa AAAA"], "400 Bad Request", NO_KEY + "the key is cut off"),
                (["create", "k", self.line + " " + "x" * 1024], "400 Bad Request", NO_KEY + "the public key has"),
                (["create", "a/b", self.line], "400 Bad Request", "Value: a/b. 'a/b' does not match"),
                (["create", "taken", self.line], "409 Conflict", "Key pair 'taken' already exists."),
                (["show", "missing"], "404 Not Found", "Keypair missing not found for user u-me"),
                (["delete", "missing"], "404 Not Found", "Keypair missing not found for user u-me"),
            ]:
                with self.subTest(version, argv=argv):
                    answer = self.call(version, *argv)
                    self.assert_refused(answer, f"status: `{status}`")
                    self.assert_refused(answer, message)
        answer = self.call("2.93", "list")
        self.assert_refused(answer, "status: `406 Not Acceptable`")
        self.assert_refused(answer, "Version 2.93 is not supported by the API. " + RANGE)


class Ansible(Clients):
    """The Ansible collection openstack.cloud."""

    def play(self, *tasks):
        """Runs tasks, each of which registers its result; returns the results."""
        results = self.folder / "results.json"
        names = [f"result_{i}" for i in range(len(tasks))]
        play = [
            {
                "hosts": "localhost",
                "gather_facts": False,
                "vars": {"ansible_python_interpreter": str(pathlib.Path(ANSIBLE).parent / "python3")},
                "tasks": [
                    *({"register": name, "ignore_errors": True, **task} for name, task in zip(names, tasks)),
                    {
                        "copy": {
                            "dest": str(results),
                            "content": "{{ [" + ", ".join(names) + "] | to_json }}",
                        }
                    },
                ],
            }
        ]
        (self.folder / "play.json").write_text(json.dumps(play))
        command = [ANSIBLE, self.folder / "play.json"]
        environment = os.environ | {"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, "ANSIBLE_LOCALHOST_WARNING": "false"}
        environment |= {"ANSIBLE_HOME": str(self.folder / "ansible"), "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(results.read_text())

    def keypair(self, name, version=None, **options):
        task = {"openstack.cloud.keypair": {"cloud": "me", "name": name, **options}}
        return task | ({"environment": {"OS_COMPUTE_API_VERSION": version}} if version else {})

    def test_a_key_pair_is_created_once_replaced_and_deleted(self):
        other = self.keys["rsa-2048"]
        info = {"openstack.cloud.keypair_info": {"cloud": "me", "name": "k"}}
        tasks = [
            self.keypair("k", public_key=self.line),
            self.keypair("k", public_key=self.line),
            info,
            self.keypair("k", public_key=other),
            self.keypair("k", public_key=other, state="replace"),
            self.keypair("k", state="absent"),
            self.keypair("k", state="absent"),
            info,
        ]
        created, again, shown, different, replaced, deleted, missing, gone = self.play(*tasks)
        self.assertEqual((created["changed"], created["keypair"]["fingerprint"]), (True, fingerprint(self.line)))
        self.assertFalse(again["changed"])
        self.assertEqual([keypair["public_key"] for keypair in shown["keypairs"]], [self.line])
        self.assertIn("present but key hash not the same", different["msg"])
        self.assertEqual(replaced["keypair"]["fingerprint"], fingerprint(other))
        self.assertEqual((deleted["changed"], missing["changed"], gone["keypairs"]), (True, False, []))

    def test_each_refusal_has_the_reason(self):
        bad, name, long = self.play(
            self.keypair("k", public_key="ssh-rsa AAAA"),
            self.keypair("a/b", public_key=self.line),
            self.keypair("k", public_key=self.line + " " + "x" * 1024),
        )
        for result, message in [
            (bad, NO_KEY + "the key is cut off"),
            (name, "Value: a/b. 'a/b' does not match"),
            (long, NO_KEY + "the public key has"),
        ]:
            self.assertTrue(result["failed"])
            self.assertIn(message, result["msg"])


del Clients
if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)
