"""Private keys in the hands of paramiko.

use ATTEMPTS: of each {file, passphrase, public_key} of a JSON list, the line that was found, or why the file was refused.
make: new keys, as lines with their MD5.
login PORT USER KNOWN_HOSTS COMMAND KIND FILE PASSPHRASE: what the command prints, there.
"""

import json
import sys
from base64 import b64decode

import paramiko

MESSAGE, CHANGED = b"a message", b"a massage"


CLASSES = {"ssh-rsa": paramiko.RSAKey, "ssh-ed25519": paramiko.Ed25519Key}


def read(kind, file, passphrase):
    with open(file) as f:
        return CLASSES[kind].from_private_key(f, passphrase or None)


def line_of(key):
    return key.get_name() + " " + key.get_base64()


def sign(key, public_key):
    algorithms = ["rsa-sha2-256", "rsa-sha2-512"] if key.get_name() == "ssh-rsa" else [key.get_name()]
    for algorithm in algorithms:
        signature = key.sign_ssh_data(MESSAGE, algorithm).asbytes()
        for message in MESSAGE, CHANGED:
            valid = public_key.verify_ssh_sig(message, paramiko.Message(signature))
            if valid != (message == MESSAGE):
                sys.exit(f"{algorithm} of {message}: {valid}")


def use(attempts):
    for attempt in json.loads(attempts):
        kind, blob = attempt["public_key"].split()[:2]
        try:
            key = read(kind, attempt["file"], attempt["passphrase"])
        except paramiko.SSHException as error:
            yield {"refused": str(error)}
            continue
        sign(key, CLASSES[kind](data=b64decode(blob)))
        yield {"line": line_of(key)}


def make():
    yield paramiko.RSAKey.generate(2048)
    for bits in 256, 384, 521:
        yield paramiko.ECDSAKey.generate(bits=bits)


def login(port, user, known_hosts, command, kind, file, passphrase):
    with paramiko.SSHClient() as client:
        client.load_host_keys(known_hosts)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        only = {"look_for_keys": False, "allow_agent": False, "timeout": 30, "banner_timeout": 30, "auth_timeout": 30}
        client.connect("127.0.0.1", int(port), user, pkey=read(kind, file, passphrase), **only)
        return client.exec_command(command, timeout=30)[1].read().decode()


if sys.argv[1] == "use":
    print(json.dumps(list(use(sys.argv[2]))))
elif sys.argv[1] == "make":
    print(json.dumps([[line_of(key), key.get_fingerprint().hex()] for key in make()]))
else:
    print(login(*sys.argv[2:]))
