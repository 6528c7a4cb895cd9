"""What Nova answers to public keys, with the `cryptography` of the interpreter that runs this file.

Reads a JSON list of texts from standard input. Writes the versions, and one answer for each text: its fingerprint,
or the exception.
"""

import base64
import hashlib
import json
import platform
import sys
import warnings

import cryptography
from cryptography.hazmat.primitives import serialization


def generate_fingerprint(public_key):
    """The rule of `nova.crypto.generate_fingerprint`: one parser checks the line, another finds the bytes to hash."""
    serialization.load_ssh_public_key(public_key.encode("utf-8"))
    digest = hashlib.md5(base64.b64decode(public_key.split(" ")[1])).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))


def answer(public_key):
    try:
        return {"fingerprint": generate_fingerprint(public_key)}
    # Nova turns every exception into its one message, "Keypair data is invalid: failed to generate fingerprint".
    except Exception as error:
        return {"cause": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    answers = [answer(text) for text in json.load(sys.stdin)]
    versions = {"cryptography": cryptography.__version__, "python": platform.python_version()}
    # CPython 3.13, 3.14 and later read on after padding inside base64 since gh-145264, of March 2026.
    stops_at_padding = base64.b64decode("QQ==QUJDRA") == b"A"
    json.dump({"versions": versions, "stops_at_padding": stops_at_padding, "answers": answers}, sys.stdout)
