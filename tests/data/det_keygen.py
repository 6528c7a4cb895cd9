"""C2SP det-keygen (https://c2sp.org/det-keygen) for RSA, in plain Python and independent of this crate.

Slow and variable-time: for test vectors only.
"""

import hashlib
import hmac
from math import gcd, lcm, prod

E = 65537


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


class HmacDrbg:
    """HMAC_DRBG with SHA-256 (SP 800-90A, 10.1.2), without nonce, additional input and reseeding."""

    def __init__(self, seed_material):
        self.key, self.value = bytes(32), b"\x01" * 32
        for separator in b"\x00", b"\x01":
            self.key = hmac_sha256(self.key, self.value + separator + seed_material)
            self.value = hmac_sha256(self.key, self.value)

    def generate(self, length):
        output = b""
        while len(output) < length:
            self.value = hmac_sha256(self.key, self.value)
            output += self.value
        self.key = hmac_sha256(self.key, self.value + b"\x00")
        self.value = hmac_sha256(self.key, self.value)
        return output[:length]


def primes_below(limit):
    return [n for n in range(2, limit) if all(n % d for d in range(2, int(n**0.5) + 1))]


SMALL_PRIMES = primes_below(2000)
PRIMORIAL = prod(SMALL_PRIMES)


def is_prime(n):
    """Trial division, then Miller-Rabin (FIPS 186-5, B.3.1) with the 40 smallest primes as bases.

    Sufficient for numbers that no adversary chose.
    """
    if gcd(n, PRIMORIAL) != 1:
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in SMALL_PRIMES[:40]:
        power = pow(base, odd, n)
        if power in (1, n - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % n
            if power == n - 1:
                break
        else:
            return False
    return True


def candidate(data):
    """The bytes as a number, with the two highest and the three lowest bits set."""
    return int.from_bytes(data, "big") | 3 << (8 * len(data) - 2) | 7


def generate_primes(drbg, bits):
    while True:
        primes = []
        while len(primes) < 2:
            number = candidate(drbg.generate(bits // 16))
            if is_prime(number):
                primes.append(number)
        p, q = primes
        if gcd(p - 1, q - 1) < 1 << 32 and gcd(E, lcm(p - 1, q - 1)) == 1:
            return p, q


def from_seed(seed, bits):
    """The PKCS#8 encoding of the key of this seed."""
    drbg = HmacDrbg(seed + b"det RSA key gen" + bits.to_bytes(2, "big"))
    p, q = generate_primes(drbg, bits)
    d = pow(E, -1, lcm(p - 1, q - 1))
    return pkcs8(p * q, d, p, q)


def der(tag, content):
    length = len(content)
    size = (length.bit_length() + 7) // 8
    head = bytes([length]) if length < 128 else bytes([0x80 | size]) + length.to_bytes(size, "big")
    return bytes([tag]) + head + content


def der_integer(n):
    return der(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def pkcs8(n, d, p, q):
    """PKCS#8 (RFC 5958) around PKCS#1 (RFC 8017, A.1.2)."""
    numbers = [0, n, E, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]
    pkcs1 = der(0x30, b"".join(map(der_integer, numbers)))
    rsa_encryption = der(0x30, bytes.fromhex("06092a864886f70d010101") + der(0x05, b""))
    return der(0x30, der_integer(0) + rsa_encryption + der(0x04, pkcs1))
