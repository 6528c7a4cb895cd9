"""The rows of the table: what every client does in every microversion, in this order."""

import base64
import hashlib

from nova import Operation

# Types of keys, and their sizes.
KINDS = ["rsa-2048", "rsa-3072", "ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "sk-ed25519", "sk-ecdsa-256"]


def fingerprint(line):
    digest = hashlib.md5(base64.b64decode(line.split()[1]), usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))


def operations(keys, private_key):
    """The operations. `keys` are the lines of public keys by kind, `private_key` is the file of one."""
    line = keys["ed25519"]
    long = f"{line} {'x' * 1024}"
    imports = [Operation(f"import {kind}", "add", kind, keys[kind]) for kind in KINDS]
    bad_keys = [
        (
            "a key that is cut off",
            "ssh-rsa AAAA",
            "the key is cut off in the field at byte 8: copy the whole line again",
        ),
        (
            "no key",
            "no key",
            "the text at byte 0 is not an OpenSSH public key: send one line such as `ssh-ed25519 AAAA… comment`, "
            "which ssh-keygen -y -f FILE prints",
        ),
        (
            "a private key",
            private_key,
            "THIS IS A PRIVATE KEY at byte 0: it must never leave your machine; if it did, generate a new key; send "
            "the .pub file, or what ssh-keygen -y -f FILE prints (for a PuTTY file, puttygen FILE -L)",
        ),
        (
            "a DSA key",
            "ssh-dss AAAAB3NzaC1kc3M= me@home",
            "the key type at byte 0 is ssh-dss (DSA), which OpenSSH disabled in 7.0 and removed in 10.0, so nobody "
            "could log in: generate an Ed25519 or RSA key, for example with ssh-keygen -t ed25519",
        ),
        (
            "a key that is too long",
            long,
            f"the public key has {len(long)} bytes, but the limit is 1024: shorten the comment, or use a shorter key "
            f"such as Ed25519; this leads to the key with the fingerprint {fingerprint(line)}",
        ),
    ]
    bad_names = [("a/b", "a/b"), ("a.b", "a.b"), ("' k'", " k"), ("''", ""), ("of 256 letters", "x" * 256)]
    return [
        Operation("create, local Ed25519 key", "create", "local", keys["local"]),
        *imports,
        Operation("create, key of the server", "generate", "generated"),
        Operation("list", "list"),
        Operation("show", "show", "ed25519", line),
        Operation("a duplicate", "add", "ed25519", keys["rsa-2048"]),
        *(Operation(row, "add", "k", bad, finding) for row, bad, finding in bad_keys),
        *(Operation(f"name {row}", "add", name, line) for row, name in bad_names),
        Operation("x509", "add", "certificate", line, key_type="x509"),
        Operation("another user: create", "add", "k", line, owner="other"),
        Operation("another user: list", "list", owner="other"),
        Operation("another user: show", "show", "theirs", owner="other"),
        Operation("another user: delete", "delete", "theirs", owner="other"),
        Operation("administrator: create", "add", "by-root", line, owner="me", user="root"),
        Operation("administrator: list", "list", owner="me", user="root"),
        Operation("administrator: show", "show", "by-root", line, owner="me", user="root"),
        Operation("administrator: delete", "delete", "by-root", owner="me", user="root"),
        Operation("show, no such name", "show", "missing"),
        Operation("delete, no such name", "delete", "missing"),
        Operation("list, no such marker", "list", marker="missing"),
        Operation("quota", "add", "one-more", line, user="full"),
        Operation("delete", "delete", "rsa-2048"),
    ]
