//! A second implementation of Nova's rule: slow, literal, and independent.
//!
//! The oracle for `nova::verdict`, in tests and in fuzzing. It shares no code with the crate and follows the four
//! sources in their own order, one function for each of theirs: Nova's `generate_fingerprint`, the standard library's
//! `base64` and `binascii`, and the SSH loader of `cryptography` with the numbers that it passes to OpenSSL. A Python
//! exception is an `Err` that names it. Numbers are digits in base 256, multiplied by doubling and adding, which is
//! obviously correct.
//!
//! The loader of each version is that of `cryptography` 50, without the parts that were added later.

/// A Python exception.
pub(crate) type Raised = &'static str;

/// A version of `cryptography`: major, minor and patch.
pub(crate) type Version = (u32, u32, u32);

/// `nova.crypto.generate_fingerprint` over that version of `cryptography`, up to the MD5: returns the hashed bytes.
pub(crate) fn generate_fingerprint(public_key: &str, cryptography: Version) -> Result<Vec<u8>, Raised> {
    let pub_bytes = public_key.as_bytes();
    load_ssh_public_key(pub_bytes, cryptography)?;
    let fields: Vec<&str> = python_split_at_spaces(public_key);
    let field = fields.get(1).ok_or("IndexError: list index out of range")?;
    base64_b64decode(field)
}

/// `str.split(' ')`: every single space separates, so two in a row have an empty field between them.
fn python_split_at_spaces(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut start = 0;
    for (i, character) in text.char_indices() {
        if character == ' ' {
            fields.push(&text[start..i]);
            start = i + 1;
        }
    }
    fields.push(&text[start..]);
    fields
}

/// `base64.b64decode` of a `str`.
fn base64_b64decode(text: &str) -> Result<Vec<u8>, Raised> {
    if text.chars().any(|character| character as u32 > 127) {
        return Err("ValueError: string argument should contain only ASCII characters");
    }
    binascii_a2b_base64(text.as_bytes())
}

/// `binascii.a2b_base64(…, strict_mode=False)`: the loop over `quad_pos` of `Modules/binascii.c`.
fn binascii_a2b_base64(ascii_data: &[u8]) -> Result<Vec<u8>, Raised> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bin_data = Vec::new();
    let mut quad_pos = 0;
    let mut leftchar: u8 = 0;
    let mut pads = 0;
    for this_ch in ascii_data {
        if *this_ch == b'=' {
            // `quad_pos >= 2 && quad_pos + ++pads >= 4`
            if quad_pos >= 2 {
                pads += 1;
                if quad_pos + pads >= 4 {
                    return Ok(bin_data);
                }
            }
            continue;
        }
        let Some(value) = ALPHABET.iter().position(|letter| letter == this_ch) else { continue };
        let value = value as u8;
        pads = 0;
        match quad_pos {
            0 => {
                quad_pos = 1;
                leftchar = value;
            }
            1 => {
                quad_pos = 2;
                bin_data.push((leftchar << 2) | (value >> 4));
                leftchar = value & 0x0f;
            }
            2 => {
                quad_pos = 3;
                bin_data.push((leftchar << 4) | (value >> 2));
                leftchar = value & 0x03;
            }
            _ => {
                quad_pos = 0;
                bin_data.push((leftchar << 6) | value);
                leftchar = 0;
            }
        }
    }
    match quad_pos {
        0 => Ok(bin_data),
        1 => Err("binascii.Error: number of data characters cannot be 1 more than a multiple of 4"),
        _ => Err("binascii.Error: Incorrect padding"),
    }
}

/// `re.compile(rb"\A(\S+)[ \t]+(\S+)").match(data)`, backtracking and all.
fn ssh_pubkey_rc(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let run = |from: usize, class: fn(u8) -> bool| data[from..].iter().take_while(|&&byte| class(byte)).count();
    let not_space: fn(u8) -> bool = |byte| !b" \t\n\r\x0b\x0c".contains(&byte);
    let blank: fn(u8) -> bool = |byte| b" \t".contains(&byte);
    for group_1_end in (1..=run(0, not_space)).rev() {
        for group_2_start in (group_1_end + 1..=group_1_end + run(group_1_end, blank)).rev() {
            let group_2_length = run(group_2_start, not_space);
            if group_2_length >= 1 {
                return Some((&data[..group_1_end], &data[group_2_start..group_2_start + group_2_length]));
            }
        }
    }
    None
}

/// `cryptography.hazmat.primitives.serialization.load_ssh_public_key`, where DSA is still allowed.
fn load_ssh_public_key(data: &[u8], version: Version) -> Result<(), Raised> {
    let (orig_key_type, key_body) = ssh_pubkey_rc(data).ok_or("ValueError: Invalid line format")?;
    let suffix = b"-cert-v01@openssh.com";
    let with_cert = orig_key_type.ends_with(suffix);
    let key_type = if with_cert { &orig_key_type[..orig_key_type.len() - suffix.len()] } else { orig_key_type };
    let load_public = lookup_kformat(key_type, version)?;

    let blob = binascii_a2b_base64(key_body)?;
    let mut rest = blob.as_slice();
    let inner_key_type = get_sshstr(&mut rest)?;
    if inner_key_type != orig_key_type {
        return Err("ValueError: Invalid key format");
    }
    if with_cert {
        get_sshstr(&mut rest)?; // nonce
    }
    load_public(&mut rest)?;
    if !with_cert {
        return check_empty(rest);
    }

    get_bytes(&mut rest, 8)?; // serial
    let cctype = get_u32(&mut rest)?;
    get_sshstr(&mut rest)?; // key_id
    if version < (40, 0, 0) {
        get_sshstr(&mut rest)?; // principals
        get_bytes(&mut rest, 8)?; // valid_after
        get_bytes(&mut rest, 8)?; // valid_before
        get_sshstr(&mut rest)?; // crit_options
        get_sshstr(&mut rest)?; // extensions
        get_sshstr(&mut rest)?; // reserved
        get_sshstr(&mut rest)?; // sig_key
        get_sshstr(&mut rest)?; // signature
        return check_empty(rest);
    }
    let mut principals = get_sshstr(&mut rest)?;
    while !principals.is_empty() {
        get_sshstr(&mut principals)?;
    }
    get_bytes(&mut rest, 8)?; // valid_after
    get_bytes(&mut rest, 8)?; // valid_before
    parse_exts_opts(get_sshstr(&mut rest)?, version)?;
    parse_exts_opts(get_sshstr(&mut rest)?, version)?;
    get_sshstr(&mut rest)?; // reserved
    let mut sig_key = get_sshstr(&mut rest)?;
    let sig_type = get_sshstr(&mut sig_key)?;
    let mut sig_rest = get_sshstr(&mut rest)?;
    check_empty(rest)?;
    let inner_sig_type = get_sshstr(&mut sig_rest)?;
    if sig_type == b"ssh-rsa" {
        if inner_sig_type != b"rsa-sha2-256" && inner_sig_type != b"rsa-sha2-512" && inner_sig_type != b"ssh-rsa" {
            return Err("ValueError: Signature key type does not match");
        }
    } else if inner_sig_type != sig_type {
        return Err("ValueError: Signature key type does not match");
    }
    get_sshstr(&mut sig_rest)?; // signature
    check_empty(sig_rest)?;
    if cctype != 1 && cctype != 2 {
        return Err("ValueError: Invalid certificate type");
    }
    Ok(())
}

type LoadPublic = fn(&mut &[u8]) -> Result<(), Raised>;

fn lookup_kformat(key_type: &[u8], version: Version) -> Result<LoadPublic, Raised> {
    let formats: [(&[u8], LoadPublic); 8] = [
        (b"ssh-rsa", load_rsa),
        (b"ssh-dss", load_dsa),
        (b"ssh-ed25519", load_ed25519),
        (b"ecdsa-sha2-nistp256", |data| load_ecdsa(data, b"nistp256", &P256)),
        (b"ecdsa-sha2-nistp384", |data| load_ecdsa(data, b"nistp384", &P384)),
        (b"ecdsa-sha2-nistp521", |data| load_ecdsa(data, b"nistp521", &P521)),
        (b"sk-ssh-ed25519@openssh.com", |data| {
            load_ed25519(data)?;
            load_application(data)
        }),
        (b"sk-ecdsa-sha2-nistp256@openssh.com", |data| {
            load_ecdsa(data, b"nistp256", &P256)?;
            load_application(data)
        }),
    ];
    for (name, load_public) in formats {
        let since = if name.starts_with(b"sk-") { (43, 0, 0) } else { (3, 0, 0) };
        if name == key_type && version >= since {
            return Ok(load_public);
        }
    }
    Err("UnsupportedAlgorithm: Unsupported key type")
}

fn get_bytes<'a>(data: &mut &'a [u8], length: usize) -> Result<&'a [u8], Raised> {
    if data.len() < length {
        return Err("ValueError: Invalid data");
    }
    let (taken, rest) = data.split_at(length);
    *data = rest;
    Ok(taken)
}

fn get_u32(data: &mut &[u8]) -> Result<u32, Raised> {
    let bytes = get_bytes(data, 4)?;
    Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn get_sshstr<'a>(data: &mut &'a [u8]) -> Result<&'a [u8], Raised> {
    let length = get_u32(data)?;
    get_bytes(data, length as usize)
}

fn get_mpint(data: &mut &[u8]) -> Result<Int, Raised> {
    let value = get_sshstr(data)?;
    if !value.is_empty() && value[0] > 0x7f {
        return Err("ValueError: Invalid data");
    }
    Ok(Int::from_bytes(value))
}

fn check_empty(data: &[u8]) -> Result<(), Raised> {
    if data.is_empty() { Ok(()) } else { Err("ValueError: Corrupt data: unparsed data") }
}

/// `check_public_key_components` of the Rust part.
fn load_rsa(data: &mut &[u8]) -> Result<(), Raised> {
    let e = get_mpint(data)?;
    let n = get_mpint(data)?;
    let three = Int::from_bytes(&[3]);
    if n.is_less(&three) {
        return Err("ValueError: n must be >= 3.");
    }
    if e.is_less(&three) || !e.is_less(&n) {
        return Err("ValueError: e must be >= 3 and < n.");
    }
    if !e.bit(0) {
        return Err("ValueError: e must be odd.");
    }
    Ok(())
}

/// `check_dsa_parameters` of the Rust part, after the loader's own check of p.
fn load_dsa(data: &mut &[u8]) -> Result<(), Raised> {
    let p = get_mpint(data)?;
    let q = get_mpint(data)?;
    let g = get_mpint(data)?;
    let _y = get_mpint(data)?;
    if p.bit_length() != 1024 {
        return Err("ValueError: SSH supports only 1024 bit DSA keys");
    }
    if ![160, 224, 256].contains(&q.bit_length()) {
        return Err("ValueError: q must be exactly 160, 224, or 256 bits long");
    }
    if !Int::from_bytes(&[1]).is_less(&g) || !g.is_less(&p) {
        return Err("ValueError: g, p don't satisfy 1 < g < p.");
    }
    Ok(())
}

fn load_ed25519(data: &mut &[u8]) -> Result<(), Raised> {
    if get_sshstr(data)?.len() != 32 {
        return Err("ValueError: An Ed25519 public key is 32 bytes long");
    }
    Ok(())
}

fn load_application(data: &mut &[u8]) -> Result<(), Raised> {
    let application = get_sshstr(data)?;
    if application.len() < 4 || &application[..4] != b"ssh:" {
        return Err("ValueError: U2F application string does not start with b'ssh:'");
    }
    Ok(())
}

/// SP 800-186, section 3.2.1: the prime and b; a is −3.
struct WeierstrassCurve {
    p: &'static str,
    b: &'static str,
}

const P256: WeierstrassCurve = WeierstrassCurve {
    p: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
};
const P384: WeierstrassCurve = WeierstrassCurve {
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    b: "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
};
const P521: WeierstrassCurve = WeierstrassCurve {
    p: "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    b: "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
};

/// `_SSHFormatECDSA.load_public`, with OpenSSL's `EC_POINT_oct2point`.
fn load_ecdsa(data: &mut &[u8], ssh_curve_name: &[u8], curve: &WeierstrassCurve) -> Result<(), Raised> {
    let curve_name = get_sshstr(data)?;
    let point = get_sshstr(data)?;
    if curve_name != ssh_curve_name {
        return Err("ValueError: Curve name mismatch");
    }
    if point.is_empty() {
        return Err("ValueError: Invalid EC point: empty data");
    }
    if point[0] != 4 {
        return Err("NotImplementedError: Need uncompressed point");
    }
    let field_length = curve.p.len() / 2;
    if point.len() != 1 + 2 * field_length {
        return Err("ValueError: Invalid EC key.");
    }
    let p = Int::from_hex(curve.p);
    let b = Int::from_hex(curve.b);
    let x = Int::from_bytes(&point[1..1 + field_length]);
    let y = Int::from_bytes(&point[1 + field_length..]);
    if !x.is_less(&p) || !y.is_less(&p) {
        return Err("ValueError: Invalid EC key.");
    }
    // y² + 3x = x³ + b
    let left = y.times(&y, &p).plus(&x, &p).plus(&x, &p).plus(&x, &p);
    let right = x.times(&x, &p).times(&x, &p).plus(&b, &p);
    if left != right {
        return Err("ValueError: Invalid EC key.");
    }
    Ok(())
}

fn parse_exts_opts(mut exts_opts: &[u8], version: Version) -> Result<(), Raised> {
    let mut result: Vec<&[u8]> = Vec::new();
    while !exts_opts.is_empty() {
        let name = get_sshstr(&mut exts_opts)?;
        if result.contains(&name) {
            return Err("ValueError: Duplicate name");
        }
        if let Some(last_name) = result.last()
            && name < *last_name
        {
            return Err("ValueError: Fields not lexically sorted");
        }
        let mut value = get_sshstr(&mut exts_opts)?;
        if version >= (41, 0, 2) && !value.is_empty() {
            if let Err(raised) = get_sshstr(&mut value) {
                if version >= (42, 0, 0) {
                    return Err(raised);
                }
                // 41 warns: "This certificate has an incorrect encoding for critical options or extensions."
            } else if !value.is_empty() {
                return Err("ValueError: Unexpected extra data after value");
            }
        }
        result.push(name);
    }
    Ok(())
}

/// A natural number: digits in base 256, lowest first, none of them zero at the top.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Int(Vec<u8>);

impl Int {
    fn new(mut digits: Vec<u8>) -> Self {
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Self(digits)
    }

    fn from_bytes(big_endian: &[u8]) -> Self {
        Self::new(big_endian.iter().rev().copied().collect())
    }

    fn from_hex(hex: &str) -> Self {
        let bytes: Vec<u8> =
            (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
        Self::from_bytes(&bytes)
    }

    fn bit(&self, i: usize) -> bool {
        i / 8 < self.0.len() && self.0[i / 8] >> (i % 8) & 1 == 1
    }

    fn bit_length(&self) -> usize {
        let mut length = 8 * self.0.len();
        while length > 0 && !self.bit(length - 1) {
            length -= 1;
        }
        length
    }

    fn is_less(&self, other: &Self) -> bool {
        if self.0.len() != other.0.len() {
            return self.0.len() < other.0.len();
        }
        for i in (0..self.0.len()).rev() {
            if self.0[i] != other.0[i] {
                return self.0[i] < other.0[i];
            }
        }
        false
    }

    /// `self + other mod p`, both below p.
    fn plus(&self, other: &Self, p: &Self) -> Self {
        let mut sum = Vec::new();
        let mut carry = 0;
        for i in 0..=p.0.len() {
            let digit = |number: &Self| number.0.get(i).map_or(0, |&digit| u16::from(digit));
            carry += digit(self) + digit(other);
            sum.push(carry as u8);
            carry >>= 8;
        }
        let sum = Self::new(sum);
        if sum.is_less(p) { sum } else { sum.minus(p) }
    }

    /// `self − other`, where `other` is at most `self`.
    fn minus(&self, other: &Self) -> Self {
        let mut difference = Vec::new();
        let mut borrow = 0;
        for i in 0..self.0.len() {
            let digit = i16::from(self.0[i]) - other.0.get(i).map_or(0, |&digit| i16::from(digit)) - borrow;
            borrow = i16::from(digit < 0);
            difference.push(digit.rem_euclid(256) as u8);
        }
        Self::new(difference)
    }

    /// `self · other mod p`: doubling for every bit of `other`, adding for every bit that is set.
    fn times(&self, other: &Self, p: &Self) -> Self {
        let mut product = Self::new(Vec::new());
        for i in (0..other.bit_length()).rev() {
            product = product.plus(&product, p);
            if other.bit(i) {
                product = product.plus(self, p);
            }
        }
        product
    }
}
