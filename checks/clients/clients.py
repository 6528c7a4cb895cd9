"""How each client performs an operation, what it prints when the service refuses it, and what it refuses itself."""

import contextlib
import dataclasses
import functools
import gc
import http
import importlib.metadata
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import novaclient.shell
import openstack
import openstackclient.shell

import identity
from nova import Operation

REASONS = {400: "BadRequest", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}


class Job:
    """A client in a microversion, with the users that have a role."""

    def __init__(self, version, users, url, folder, programs):
        self.version, self.users, self.url, self.folder, self.programs = version, users, url, folder, programs
        self.is_latest = version == "latest"
        self.minor = None if self.is_latest else int(version.removeprefix("2."))

    def cloud(self, role):
        """The name of a profile, for clients that read the microversion from there."""
        return self.users[role] if self.is_latest else f"{self.users[role]}@{self.version}"

    def resource(self, operation):
        """The URL of a call."""
        owner = f"?user_id={self.user_id(operation.owner)}" if operation.owner and operation.call != "add" else ""
        marker = f"?marker={operation.marker}" if operation.marker else ""
        name = f"/{operation.name}" if operation.call in ["show", "delete"] else ""
        return f"{self.url}/v2.1/os-keypairs{name}{owner}{marker}"

    def user_id(self, role):
        return identity.USERS[self.users[role]][0]

    def path(self, line):
        """A file with the line, for clients that read one."""
        file = self.folder / f"{abs(hash(line))}.pub"
        file.write_text(line)
        return str(file)


def unless_empty(**fields):
    return {name: value for name, value in fields.items() if value}


class Client:
    # The newest minor version that it knows.
    latest = 92
    # Whether what it prints is known only after all operations.
    reports_at_the_end = False
    # Whether it prints the fingerprint of a key that it imported.
    prints_fingerprint = True

    def lacks(self, job, operation):
        """Returns why the client has no such operation, or None."""
        return None

    def own_refusal(self, job, operation):
        """Returns what the client prints instead of calling the service, or None."""
        return None

    def refusal(self, job, operation, refusal):
        """Returns what the client prints for a refusal of the service."""
        raise NotImplementedError

    def names(self, text):
        """Returns the names in a list that the client printed."""
        return [keypair["name"] for keypair in json.loads(text)]

    def listed(self, operation, names):
        """Returns those of the names in the reply that the client prints."""
        return names

    def hides(self, operation, refusal):
        """Returns whether the client reports a success although the service refused."""
        return False

    def body(self, job, operation):
        """Returns the fields of a key pair that the client sends."""
        owner = operation.owner and job.user_id(operation.owner)
        fields = unless_empty(public_key=operation.line, type=operation.key_type, user_id=owner)
        return {"name": operation.name} | fields

    def perform_all(self, job, operations):
        for operation in operations:
            yield operation, *self.perform(job, operation)


class Shell(Client):
    """A program whose main function runs in a child of this process, which has imported all modules that the program
    needs: importing takes five times as long as the rest.
    """

    imported = set()

    def perform(self, job, operation):
        if type(self) not in Shell.imported:
            list_ = self.arguments(job, Operation("", "list")), self.environment(job, operation)
            _, names = self.fork(*list_, report=lambda: print(*sys.modules, sep="\n"))
            for name in names.splitlines():
                # A module that cannot be imported by its name is left to the program.
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
            # `openstack` reads the metadata of all packages for its help.
            importlib.metadata.packages_distributions = functools.cache(importlib.metadata.packages_distributions)
            importlib.metadata.packages_distributions()
            # The collector of a child leaves alone what it has in common with this process.
            gc.freeze()
            Shell.imported.add(type(self))
        return self.fork(self.arguments(job, operation), self.environment(job, operation))

    def environment(self, job, operation):
        return {}

    def fork(self, argv, environment, report=None):
        """Runs the program; returns whether it succeeded and what it prints, or what `report` prints in its place."""
        with tempfile.TemporaryFile("w+") as out:
            child = os.fork()
            if child == 0:
                try:
                    os.dup2(out.fileno(), 1)
                    os.dup2(out.fileno(), 2)
                    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)
                    os.environ.update(environment)
                    status = self.call(argv)
                    if report:
                        out.seek(0)
                        out.truncate()
                        report()
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(status)
                finally:
                    os._exit(99)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            out.seek(0)
            return status == 0, out.read()

    def call(self, argv):
        try:
            return int(type(self).main(argv) or 0)
        except SystemExit as exit_:
            return int(exit_.code or 0)


class OpenStackClient(Shell):
    """`openstack`, of python-openstackclient."""

    latest = 10

    main = staticmethod(openstackclient.shell.main)

    def arguments(self, job, operation):
        version = "2.latest" if job.is_latest else job.version
        cloud = ["--os-cloud", job.users[operation.user], "--os-compute-api-version", version]
        options = ["--user", job.users[operation.owner]] if operation.owner else []
        match operation.call:
            case "create":
                call = ["create", operation.name]
            case "add":
                call = ["create", operation.name, "--public-key", job.path(operation.line), "-f", "json"]
                if operation.key_type:
                    call += ["--type", operation.key_type]
            case "list":
                call = ["list", "-f", "json"]
                if operation.marker:
                    call += ["--marker", operation.marker]
            case "show":
                call = ["show", operation.name, "-f", "json"]
            case "delete":
                call = ["delete", operation.name]
        return [*cloud, "keypair", *call, *options]

    def lacks(self, job, operation):
        return "it generates keys itself" if operation.call == "generate" else None

    def body(self, job, operation):
        # The option --type of version 10 has no effect beyond the check of the microversion.
        return super().body(job, dataclasses.replace(operation, key_type=None))

    def own_refusal(self, job, operation):
        for option, since, value in [("type", 2, operation.key_type), ("user", 10, operation.owner),
                                     ("marker", 35, operation.marker)]:
            # In the latest microversion of the service, but the key pairs of openstacksdk are those of 2.10.
            if value and job.minor < since and not job.is_latest:
                return f"--os-compute-api-version 2.{since} or greater is required to support the --{option} option\n"
        return None

    def refusal(self, job, operation, refusal):
        if operation.call == "show":
            # The program looks for the name in the list then.
            if refusal.status == 404:
                return f"No Keypair found for {operation.name}\n"
            operation = dataclasses.replace(operation, call="list")
            refusal = dataclasses.replace(refusal, message=refusal.message.replace(":show ", ":index "))
        text = sdk_message(job, operation, refusal)
        if operation.call == "delete":
            return f"Failed to delete key with name '{operation.name}': {text}\n1 of 1 keys failed to delete.\n"
        return text + "\n"

    def names(self, text):
        return [keypair["Name"] for keypair in json.loads(text)]


def sdk_message(job, operation, refusal):
    """The text of an exception of openstacksdk."""
    reason, url = REASONS[refusal.status], job.resource(operation)
    return f"{reason}Exception: {refusal.status}: Client Error for url: {url}, {refusal.message}"


class NovaClient(Shell):
    """`nova`, of python-novaclient."""

    main = staticmethod(novaclient.shell.main)

    def environment(self, job, operation):
        return {
            "OS_AUTH_URL": job.url + "/identity",
            "OS_USERNAME": job.users[operation.user],
            "OS_PASSWORD": identity.PASSWORD,
            "OS_PROJECT_NAME": identity.PROJECT["name"],
            "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default",
        }

    def arguments(self, job, operation):
        version = "2.latest" if job.is_latest else job.version
        options = ["--user", job.user_id(operation.owner)] if operation.owner else []
        match operation.call:
            case "create" | "add":
                call = ["keypair-add", operation.name, "--pub-key", job.path(operation.line)]
                if operation.key_type:
                    call += ["--key-type", operation.key_type]
            case "generate":
                call = ["keypair-add", operation.name]
            case "list":
                call = ["keypair-list"]
                if operation.marker:
                    call += ["--marker", operation.marker]
            case "show" | "delete":
                call = [f"keypair-{operation.call}", operation.name]
        return ["--os-compute-api-version", version, *call, *options]

    DEPRECATED = "nova CLI is deprecated and will be removed in a future release\n"
    prints_fingerprint = False

    def fork(self, *arguments, **options):
        # The usage in front of an error of the command line is not about key pairs.
        succeeded, text = super().fork(*arguments, **options)
        return succeeded, re.sub(r"^usage: .*\n(?: .*\n)+(?=error: )", "", text, flags=re.MULTILINE)

    def body(self, job, operation):
        body = super().body(job, operation)
        if operation.call == "generate" and job.minor >= 92:
            body["public_key"] = None
        return body

    def own_refusal(self, job, operation):
        user = operation.owner and job.user_id(operation.owner)
        for option, since, value in [("key-type", 2, operation.key_type), ("user", 10, user),
                                     ("marker", 35, operation.marker)]:
            if value and job.minor < since:
                error = f"error: unrecognized arguments: --{option} {value}\n"
                return f"{self.DEPRECATED}{error}Try 'nova help ' for more information.\n"
        return None

    def refusal(self, job, operation, refusal):
        if job.minor < 10 and refusal.status == 404:
            # The program looks for an ID then.
            error = f"ERROR (CommandError): No keypair with a name or ID of '{operation.name}' exists."
        else:
            error = f"ERROR ({REASONS[refusal.status]}): {refusal.message} (HTTP {refusal.status})"
        return f"{self.DEPRECATED}{error}\n"

    def names(self, text):
        return re.findall(r"^\| (\S+) .*:", text, flags=re.MULTILINE)


class OpenStackSdk(Client):
    """The Python library openstacksdk."""

    # `_max_microversion` of its key pairs, unless the profile has a microversion.
    latest = 10

    def perform_all(self, job, operations):
        with contextlib.ExitStack() as stack:
            connect = lambda role: openstack.connect(cloud=job.cloud(role))
            compute = {role: stack.enter_context(connect(role)).compute for role in job.users}
            for operation in operations:
                try:
                    answer = self.call(job, compute[operation.user], operation)
                    yield operation, True, json.dumps(answer)
                except openstack.exceptions.SDKException as error:
                    yield operation, False, f"{type(error).__name__}: {error}"

    def call(self, job, compute, operation):
        owner = unless_empty(user_id=operation.owner and job.user_id(operation.owner))
        match operation.call:
            case "create" | "add" | "generate":
                fields = unless_empty(public_key=operation.line, type=operation.key_type)
                return compute.create_keypair(name=operation.name, **fields, **owner).to_dict(computed=False)
            case "list":
                marker = unless_empty(marker=operation.marker)
                return [keypair.to_dict(computed=False) for keypair in compute.keypairs(**owner, **marker)]
            case "show":
                return compute.get_keypair(operation.name, **owner).to_dict(computed=False)
            case "delete":
                return compute.delete_keypair(operation.name, ignore_missing=False, **owner)

    def refusal(self, job, operation, refusal):
        kind, text = f"{REASONS[refusal.status]}Exception", sdk_message(job, operation, refusal)
        if operation.call == "show":
            text = text.replace(f"{kind}: {refusal.status}:", f"No Keypair found for {operation.name}:")
        return f"{kind}: {text}"


class RustSdk(Client):
    """The Rust crate openstack_sdk, in the program of this folder."""

    def perform(self, job, operation):
        options = []
        if operation.call == "add":
            options.append(f"public_key={operation.line}")
        if operation.key_type:
            options.append(f"type={operation.key_type}")
        if operation.owner:
            options.append(f"user_id={job.user_id(operation.owner)}")
        if operation.marker:
            options.append(f"marker={operation.marker}")
        call = "add" if operation.call == "generate" else operation.call
        name = [] if operation.call == "list" else [operation.name]
        command = [job.programs["openstack_sdk"], job.users[operation.user], job.version, call, *name, *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode == 0, done.stdout

    def lacks(self, job, operation):
        # The crate has a type for the request of each microversion.
        if operation.call == "add" and job.minor < 2 and operation.key_type:
            return "the type of the request has no field for it"
        if operation.call == "add" and job.minor < 10 and operation.owner:
            return "the type of the request has no field for it"
        return None

    def own_refusal(self, job, operation):
        if operation.call == "generate" and job.minor >= 92:
            return "`public_key` must be initialized\n"
        return None

    def refusal(self, job, operation, refusal):
        url = job.resource(operation)
        url += "" if "?" in url else "?"
        status = f"{refusal.status} {http.HTTPStatus(refusal.status).phrase}"
        envelope = {400: "badRequest", 403: "forbidden", 404: "itemNotFound", 409: "conflictingRequest"}
        body = {envelope[refusal.status]: {"code": refusal.status, "message": refusal.message}}
        body = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        field = "message" if refusal.status == 404 else "data"
        details = [f"uri: `{url}`", f"status: `{status}`", f"{field}: `{body}`", "request-id: ``"]
        return "openstack server error:\n" + "".join(f"\t{detail}\n" for detail in details)


class Ansible(Client):
    """The modules `keypair` and `keypair_info` of the Ansible collection openstack.cloud."""

    latest = OpenStackSdk.latest
    reports_at_the_end = True

    def perform_all(self, job, operations):
        results = play(job.programs, job.folder, [self.task(job, operation) for operation in operations])
        for operation, result in zip(operations, results):
            failed = result.get("failed", False)
            yield operation, not failed, result["msg"] if failed else json.dumps(result)

    def task(self, job, operation):
        options = {"cloud": job.cloud(operation.user)}
        match operation.call:
            case "create" | "add" | "generate":
                options |= {"name": operation.name} | unless_empty(public_key=operation.line)
                return {"openstack.cloud.keypair": options}
            case "delete":
                return {"openstack.cloud.keypair": options | {"name": operation.name, "state": "absent"}}
            case "list" | "show":
                options |= unless_empty(
                    name=operation.name,
                    user_id=operation.owner and job.user_id(operation.owner),
                    marker=operation.marker,
                )
                return {"openstack.cloud.keypair_info": options}

    def lacks(self, job, operation):
        if operation.key_type:
            return "the module has no type"
        if operation.owner and operation.call != "list":
            return "the module has no user"
        return None

    def own_refusal(self, job, operation):
        if operation.row == "a duplicate":
            return f"Key name {operation.name} present but key hash not the same as offered. Delete key first."
        # The module searches the reply for a field of this name.
        if operation.marker and job.minor < 35:
            return "Task failed: Module failed: marker"
        return None

    def refusal(self, job, operation, refusal):
        return sdk_message(job, operation, refusal)

    def names(self, text):
        return [keypair["name"] for keypair in json.loads(text)["keypairs"]]

    def listed(self, operation, names):
        # The module searches the reply for the user, who is not in it.
        return [] if operation.owner else names

    def hides(self, operation, refusal):
        # What does not exist is shown as an empty list, and is deleted already.
        return operation.call in ["show", "delete"] and refusal.status == 404


def play(programs, folder, tasks):
    """Runs tasks, each of which registers its result; returns the results."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
    results = folder / "results.json"
    names = [f"result_{i}" for i in range(len(tasks))]
    python = pathlib.Path(programs["ansible"]).parent / "python3"
    preloaded = pathlib.Path(__file__).parent / "preloaded.py"
    interpreter = folder / "python3"
    interpreter.write_text(f'#!/bin/sh\n[ $# = 0 ] || exec {python} "$@"\nexec {python} -IS {preloaded}\n')
    interpreter.chmod(0o755)
    playbook = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": str(interpreter)},
            "tasks": [
                *({"register": name, "ignore_errors": True, **task} for name, task in zip(names, tasks)),
                {"copy": {"dest": str(results), "content": "{{ [" + ", ".join(names) + "] | to_json }}"}},
            ],
        }
    ]
    (folder / "playbook.json").write_text(json.dumps(playbook))
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": programs["collections"],
        "ANSIBLE_HOME": str(folder),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_PIPELINING": "true",
        "PRELOADED_SOCKET": str(folder / "socket"),
    }
    server = subprocess.Popen([python, preloaded, folder / "socket"], stdout=subprocess.PIPE)
    try:
        server.stdout.readline()
        command = [programs["ansible"], folder / "playbook.json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    finally:
        server.terminate()
        server.communicate()
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return json.loads(results.read_text())


CLIENTS = {
    "python-openstackclient": OpenStackClient(),
    "python-novaclient": NovaClient(),
    "openstacksdk": OpenStackSdk(),
    "openstack_sdk (Rust)": RustSdk(),
    "Ansible openstack.cloud": Ansible(),
}
