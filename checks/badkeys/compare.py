"""Compares the weaknesses that this crate and badkeys report, on the same keys: defective ones and sound ones.

Usage: compare.py EXAMPLE [--sound N]
       compare.py --vectors

EXAMPLE is the compiled example `keypair`. Exits with 1 if badkeys finds a defect that the crate does not, if a
defective key of a class is not reported by the crate, or if the crate reports anything about a sound key. With
--vectors it prints the defective keys and the answers of badkeys as JSON: tests/data/ssh/weak.json.
"""

import argparse
import base64
import collections
import json
import random
import subprocess
import sys
import tempfile
import time

import gmpy2
from badkeys.checks import allchecks, checkrsa

# The verdicts of the crate that count as an answer to each check of badkeys. `blocklist` needs a download and
# `rsawarnings` is about unusual lengths and exponents.
COUNTERPARTS = {
    "fermat": {"fermat", "perfect_power"},
    "pattern": {"repeated_pattern"},
    "roca": {"roca"},
    "rsabias": {"biased_bits", "vanity_modulus", "short_sleeve"},
    "rsapoly": {"short_sleeve", "biased_bits"},
    "smalld": {"small_private_exponent"},
    "smallfactors": {"small_factor"},
    "xzbackdoor": {"xz_trigger"},
}
random_bits = random.Random(20261128)  # the same keys each time


def bits(count):
    return random_bits.getrandbits(count)


def prime(length=1024):
    return int(gmpy2.next_prime(bits(length) | 3 << length - 2 | 1))


def short_sleeve_prime(width, part, search):
    """Fills `part` bits of each limb. The search replaces the whole number, or increases it."""
    while True:
        p = sum(bits(part) << position for position in range(0, 1024, width)) | 3 << 1022 | 1
        if search == "increase":
            return int(gmpy2.next_prime(p))
        if gmpy2.is_prime(p):
            return p


def short_sleeve(width, part, search="replace"):
    return short_sleeve_prime(width, part, search) * short_sleeve_prime(width, part, search), 65537


def with_private_exponent(length):
    while True:
        p, q = prime(), prime()
        d = bits(length) | 1 << length - 1 | 1
        if gmpy2.gcd(d, (p - 1) * (q - 1)) == 1:
            return p * q, int(gmpy2.invert(d, (p - 1) * (q - 1)))


def modulus_from(prefix, length=2048):
    """A product of two primes that begins with these bytes, of which there are at most 110."""
    top = int.from_bytes(prefix, "big") << length - 8 * len(prefix)
    p = prime()
    return p * int(gmpy2.next_prime(top // p + bits(length // 2 - 8 * len(prefix) - 20))), 65537


def xz_trigger(kind):
    """A modulus whose first 16 bytes are a command of this kind."""
    a, b = bits(24) << 8 | 0x60, bits(32)
    header = a.to_bytes(4, "little") + b.to_bytes(4, "little") + ((kind - a * b) % 2**64).to_bytes(8, "little")
    return modulus_from(header)


def sparse_prime(share):
    """A prime with this share of ones."""
    p = 3 << 1022 | 1
    for position in range(1022):
        p |= (random_bits.random() < share) << position
    return int(gmpy2.next_prime(p))


def roca_prime():
    """k·M + (65537^a mod M), where M is the product of the primes up to 167."""
    primorial = int(gmpy2.primorial(167))
    free = 1024 - primorial.bit_length()
    while True:
        p = (bits(free) | 3 << free - 2) * primorial + pow(65537, bits(60), primorial)
        if gmpy2.is_prime(p):
            return p


def defects():
    """Yields a class, its parameters, the verdict of the crate that is required, modulus and exponent."""
    for factor in [3, 8191, 8209, 16411, 23869, 32771, 52541, 65521, 65537]:
        yield "small factor", factor, "small_factor", prime() * prime(1008) * factor, 65537
    for width, part in [(8, 1), (12, 3), (16, 4), (24, 6), (32, 8), (32, 12), (64, 16), (64, 28), (96, 31),
                        (128, 44), (128, 58), (192, 79), (256, 64), (256, 117)]:
        required = "short_sleeve" if width > 8 else None
        yield "short-sleeve", f"{part} of {width}", required, *short_sleeve(width, part)
    for width, part in [(32, 8), (64, 16), (64, 28), (128, 44), (128, 64), (256, 64), (256, 128)]:
        yield "short-sleeve, next prime", f"{part} of {width}", "short_sleeve", *short_sleeve(width, part, "increase")
    for width, part in [(8, 4), (16, 8), (32, 16), (64, 32)]:
        yield "short-sleeve, half", f"{part} of {width}", "short_sleeve", *short_sleeve(width, part)
    for byte in [0x00, 0x41, 0xa5, 0xff]:
        prefix = bytes([0xb1, 0x52]) + bytes([byte]) * 17
        yield "repeated pattern", f"{byte:02x}", "repeated_pattern", *modulus_from(prefix)
    for share in [0.02, 0.05, 0.1]:
        yield "biased primes", f"{share:.0%} ones", None, sparse_prime(share) * sparse_prime(share), 65537
    for share in [0.1, 0.25, 0.3, 0.7, 0.9]:
        n = 1 << 2047 | 1 | sum((random_bits.random() < share) << position for position in range(2047))
        while any(n % small == 0 for small in range(3, 65538, 2)):
            n += 2
        yield "biased bits", f"{share:.0%} ones", "biased_bits", n, 65537
    for text in [b"\x80" + b" \x01" * 60, b"\xff" * 110]:
        yield "vanity", f"{text[:3].hex()}…", "vanity_modulus", *modulus_from(text)
    for length in [40, 128, 256, 384, 505]:
        yield "small private exponent", f"{length} bits", "small_private_exponent", *with_private_exponent(length)
    for kind in range(4):
        yield "xz trigger", f"kind {kind}", "xz_trigger", *xz_trigger(kind)
    for distance in [2, 2**100, 2**490, 2**511]:
        p = prime()
        yield "close primes", f"2^{distance.bit_length() - 1}", "fermat", p * int(gmpy2.next_prime(p + distance)), 65537
    p = prime()
    yield "square", "", "perfect_power", p * p, 65537
    for _ in range(3):
        yield "ROCA", "", "roca", roca_prime() * roca_prime(), 65537


def mpint(number):
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def line(n, e):
    fields = [b"ssh-rsa", mpint(e), mpint(n)]
    blob = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return "ssh-rsa " + base64.b64encode(blob).decode()


def sound_keys(example, count):
    """Keys that the crate generates: the pairs (n, e)."""
    if count == 0:
        return []
    created = subprocess.run([example, "create", "sound", "--count", str(count)], check=True, capture_output=True)
    keys = []
    decoder, text = json.JSONDecoder(), created.stdout.decode()
    while text := text.lstrip():
        body, end = decoder.raw_decode(text)
        text = text[end:]
        blob = base64.b64decode(body["keypair"]["public_key"].split()[1])
        fields = []
        while blob:
            length = int.from_bytes(blob[:4], "big")
            fields.append(int.from_bytes(blob[4 : 4 + length], "big"))
            blob = blob[4 + length :]
        keys.append((fields[2], fields[1]))
    return keys


def inspect(example, keys):
    """The weaknesses that the crate reports for each key, and the seconds per key."""
    with tempfile.NamedTemporaryFile("w", suffix=".pub") as file:
        file.writelines(line(n, e) + "\n" for n, e in keys)
        file.flush()
        start = time.perf_counter()
        answers = subprocess.run([example, "inspect", file.name], check=True, capture_output=True, text=True).stdout
        seconds = time.perf_counter() - start
    answers = [json.loads(answer) for answer in answers.splitlines()]
    if len(answers) != len(keys) or not all(answer["import"]["ok"] for answer in answers):
        sys.exit("compare.py: a key was not read")
    return [set(answer["weaknesses"]) for answer in answers], seconds / max(len(keys), 1)


def scan(keys):
    """The checks of badkeys that report something, for each key, and the seconds per key."""
    names = [name for name in allchecks if name in COUNTERPARTS]
    missing = set(COUNTERPARTS) - set(names)
    new = set(allchecks) - set(names) - {"blocklist", "sharedprimes", "rsainvalid", "rsawarnings", "dsasparse"}
    if missing or new:
        sys.exit(f"compare.py: badkeys has other checks: missing {sorted(missing)}, new {sorted(new)}")
    checkrsa(3**1300, 65537, checks=names)  # computes badkeys' product of primes
    start = time.perf_counter()
    found = [set(checkrsa(n, e, checks=names)) for n, e in keys]
    return found, (time.perf_counter() - start) / max(len(keys), 1)


def print_vectors(cases, theirs):
    keys = [
        {"defect": f"{name} {parameter}".strip(), "required": required, "badkeys": sorted(their), "line": line(n, e)}
        for (name, parameter, required, n, e), their in zip(cases, theirs)
    ]
    provenance = "checks/badkeys/compare.py --vectors, with badkeys 0.0.21"
    print(json.dumps({"provenance": provenance, "keys": keys}, indent=1, ensure_ascii=False))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("example", nargs="?")
    arguments.add_argument("--vectors", action="store_true")
    arguments.add_argument("--sound", type=int, default=5000, help="number of sound keys, 5000 by default")
    arguments = arguments.parse_args()
    faults = []

    cases = list(defects())
    keys = [(n, e) for *_, n, e in cases]
    if arguments.vectors:
        print_vectors(cases, scan(keys)[0])
        return
    ours, _ = inspect(arguments.example, keys)
    theirs, _ = scan(keys)
    print("| class | keys | this crate | badkeys |\n|---|--:|--:|--:|")
    counts = collections.OrderedDict()
    for (name, parameter, required, *_), our, their in zip(cases, ours, theirs):
        count = counts.setdefault(name, [0, 0, 0])
        for index, has in enumerate([True, our - {"large_exponent"}, their]):
            count[index] += bool(has)
        if required and required not in our:
            faults.append(f"{name} {parameter}: not {required}, but {sorted(our)}; badkeys: {sorted(their)}")
        for check in sorted(their):
            if not our & COUNTERPARTS[check]:
                faults.append(f"{name} {parameter}: badkeys reports {check}, the crate {sorted(our)}")
    for name, (total, our, their) in counts.items():
        print(f"| {name} | {total} | {our} | {their} |")

    keys = sound_keys(arguments.example, arguments.sound)
    ours, our_time = inspect(arguments.example, keys)
    theirs, their_time = scan(keys)
    print(f"| sound | {len(keys)} | {sum(map(bool, ours))} | {sum(map(bool, theirs))} |\n")
    print(f"Per sound key: {our_time * 1e6:.0f} µs for `inspect`, with the primality test; "
          f"{their_time * 1e6:.0f} µs for badkeys, without one.")
    faults += [f"sound key {key}: {sorted(our)}" for key, our in zip(keys, ours) if our]

    for fault in faults:
        print(f"*** {fault}", file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
