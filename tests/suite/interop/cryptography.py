"""Private keys in the hands of `cryptography`, which Nova uses.

use ATTEMPTS: of each {file, passphrase, public_key} of a JSON list, the line and the numbers that were found, or why the file was refused.
make: new keys, as lines with their MD5.
"""

import hashlib
import json
import sys
from base64 import b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

SHA256 = hashes.SHA256()
MGF = padding.MGF1(SHA256)
SCHEMES = [padding.PKCS1v15(), padding.PSS(MGF, padding.PSS.MAX_LENGTH)]
OAEP = padding.OAEP(MGF, SHA256, None)
MESSAGE, CHANGED = b"a message", b"a massage"


def read(file, passphrase):
    with open(file, "rb") as f:
        data = f.read()
    is_openssh = b"BEGIN OPENSSH" in data
    load = serialization.load_ssh_private_key if is_openssh else serialization.load_pem_private_key
    return load(data, passphrase.encode() or None)


def line_of(key):
    form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return key.public_key().public_bytes(*form).decode()


def numbers_of(key):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        form = serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        return [key.private_bytes(*form).hex()]
    numbers = key.private_numbers()
    public = numbers.public_numbers
    numbers = [public.n, public.e, numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp]
    return [n.to_bytes((n.bit_length() + 7) // 8, "big").hex() for n in numbers]


def sign_and_decrypt(key, public_key):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(MESSAGE)
        public_key.verify(signature, MESSAGE)
        try:
            public_key.verify(signature, CHANGED)
        except InvalidSignature:
            return
        sys.exit("the signature is valid for a changed message")
    for scheme in SCHEMES:
        signature = key.sign(MESSAGE, scheme, SHA256)
        public_key.verify(signature, MESSAGE, scheme, SHA256)
        try:
            public_key.verify(signature, CHANGED, scheme, SHA256)
        except InvalidSignature:
            continue
        sys.exit("the signature is valid for a changed message")
    if key.decrypt(public_key.encrypt(MESSAGE, OAEP), OAEP) != MESSAGE:
        sys.exit("another message is decrypted")


def use(attempts):
    for attempt in json.loads(attempts):
        try:
            key = read(attempt["file"], attempt["passphrase"])
        # With no passphrase, which of the two depends on its version.
        except (ValueError, TypeError) as error:
            yield {"refused": str(error)}
            continue
        sign_and_decrypt(key, serialization.load_ssh_public_key(attempt["public_key"].encode()))
        yield {"line": line_of(key), "numbers": numbers_of(key)}


def make():
    yield rsa.generate_private_key(65537, 2048)
    for curve in ec.SECP256R1, ec.SECP384R1, ec.SECP521R1:
        yield ec.generate_private_key(curve())
    yield ed25519.Ed25519PrivateKey.generate()


if sys.argv[1] == "use":
    print(json.dumps(list(use(sys.argv[2]))))
else:
    lines = [line_of(key) for key in make()]
    print(json.dumps([[line, hashlib.md5(b64decode(line.split()[1])).hexdigest()] for line in lines]))
