//! Encoders of the formats in which keys travel, independent of the crate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Splits a line into type, base64 and comment.
pub(super) fn parts(line: &str) -> Option<[&str; 3]> {
    let mut parts = line.splitn(3, ' ');
    let found = [parts.next()?, parts.next()?, parts.next().unwrap_or_default()];
    (!line.contains('\n') && found[1].starts_with("AAAA")).then_some(found)
}

/// Returns the blob of a line.
pub(super) fn blob(line: &str) -> Option<Vec<u8>> {
    STANDARD.decode(parts(line)?[1]).ok()
}

/// Returns the line with this in place of its base64.
pub(super) fn with_base64(line: &str, base64: &str) -> Option<String> {
    let [name, _, comment] = parts(line)?;
    Some(format!("{name} {base64} {comment}").trim_end().to_owned())
}

/// Returns the length-prefixed strings of a blob.
pub(super) fn fields(blob: &[u8]) -> Option<Vec<&[u8]>> {
    let mut fields = Vec::new();
    let mut rest = blob;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (field, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        fields.push(field);
        rest = after;
    }
    Some(fields)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        short @ 0..=0x7f => vec![short as u8],
        long @ 0x80..=0xff => vec![0x81, long as u8],
        long => vec![0x82, (long >> 8) as u8, long as u8],
    };
    [&[tag], &length[..], content].concat()
}

/// Returns `RSAPublicKey` (RFC 8017, A.1.1).
pub(super) fn pkcs1(blob: &[u8]) -> Option<Vec<u8>> {
    match fields(blob)?[..] {
        [b"ssh-rsa", e, n] => Some(der(0x30, &[der(2, n), der(2, e)].concat())),
        _ => None,
    }
}

/// Returns `SubjectPublicKeyInfo` (RFC 5280, 4.1; RFC 5480; RFC 8410).
pub(super) fn spki(blob: &[u8]) -> Option<Vec<u8>> {
    const EC: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    let (algorithm, key) = match fields(blob)?[..] {
        [b"ssh-rsa", ..] => (vec![6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0], pkcs1(blob)?),
        [b"ssh-ed25519", key] => (vec![6, 3, 0x2b, 0x65, 0x70], key.to_vec()),
        [_, b"nistp256", point] => ([EC, &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]].concat(), point.to_vec()),
        [_, b"nistp384", point] => ([EC, &[6, 5, 0x2b, 0x81, 4, 0, 0x22]].concat(), point.to_vec()),
        [_, b"nistp521", point] => ([EC, &[6, 5, 0x2b, 0x81, 4, 0, 0x23]].concat(), point.to_vec()),
        _ => return None,
    };
    Some(der(0x30, &[der(0x30, &algorithm), der(3, &[&[0], &key[..]].concat())].concat()))
}

/// Returns the JSON Web Key (RFC 7517).
pub(super) fn jwk(blob: &[u8]) -> Option<String> {
    let encode = |number: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(number);
    let unsigned = |number: &[u8]| encode(number.strip_prefix(&[0]).unwrap_or(number));
    let point = |curve, point: &[u8]| {
        let (x, y) = point[1..].split_at(point.len() / 2);
        format!("{{\"kty\":\"EC\",\"crv\":\"{curve}\",\"x\":\"{}\",\"y\":\"{}\"}}", encode(x), encode(y))
    };
    Some(match fields(blob)?[..] {
        [b"ssh-rsa", e, n] => format!(
            "{{\n  \"alg\": \"RS256\",\n  \"e\": \"{}\",\n  \"kty\": \"RSA\",\n  \"n\": \"{}\",\n  \
             \"kid\": \"k\"\n}}\n",
            unsigned(e),
            unsigned(n)
        ),
        [b"ssh-ed25519", x] => format!("{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"{}\"}}", encode(x)),
        [b"ecdsa-sha2-nistp256", _, q] => point("P-256", q),
        [b"ecdsa-sha2-nistp384", _, q] => point("P-384", q),
        [b"ecdsa-sha2-nistp521", _, q] => point("P-521", q),
        _ => return None,
    })
}

/// Returns the `RSAKeyValue` of an XML signature.
pub(super) fn xml(blob: &[u8]) -> Option<String> {
    let [b"ssh-rsa", e, n] = fields(blob)?[..] else { return None };
    let n = STANDARD.encode(n.strip_prefix(&[0]).unwrap_or(n));
    let e = STANDARD.encode(e);
    Some(format!("<RSAKeyValue><Modulus>{n}</Modulus><Exponent>{e}</Exponent></RSAKeyValue>"))
}

pub(super) fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", wrap(&STANDARD.encode(der), 64, "\n"))
}

pub(super) fn rfc4716(line: &str) -> Option<String> {
    let [_, base64, comment] = parts(line)?;
    let body = wrap(base64, 70, "\n");
    Some(format!("---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"{comment}\"\n{body}\n---- END SSH2 PUBLIC KEY ----\n"))
}

/// Puts `with` after every `width` characters of each word that is longer.
pub(super) fn wrap(text: &str, width: usize, with: &str) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for character in text.chars() {
        if character.is_whitespace() {
            column = 0;
        } else if column == width {
            wrapped.push_str(with);
            column = 0;
        }
        column += usize::from(!character.is_whitespace());
        wrapped.push(character);
    }
    wrapped
}

/// Breaks the text into lines of at most `width` characters, as an editor does that knows no words.
pub(super) fn fold(text: &str, width: usize, with: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(width).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join(with)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Replaces each of `characters` by its code in this format.
pub(super) fn escape(text: &str, characters: &str, format: impl Fn(u8) -> String) -> Option<String> {
    let escaped: String =
        text.chars().map(|c| if characters.contains(c) { format(c as u8) } else { c.to_string() }).collect();
    (escaped != text).then_some(escaped)
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub(super) fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Encodes as quoted-printable, with soft line ends.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut encoded = String::new();
    let mut column = 0;
    for byte in text.bytes() {
        let piece = match byte {
            b'\n' => "\n".to_owned(),
            b'=' | 0x7f.. | ..=0x1f => format!("={byte:02X}"),
            _ => char::from(byte).to_string(),
        };
        if column + piece.len() > 75 {
            encoded.push_str("=\r\n");
            column = 0;
        }
        column = if byte == b'\n' { 0 } else { column + piece.len() };
        encoded.push_str(&piece);
    }
    encoded
}

pub(super) fn utf16(text: &str, bom: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    bom.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
}

/// Prints bytes like `hexdump -C`.
pub(super) fn hexdump(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(row, chunk)| {
        let cell = |(column, byte): (usize, &u8)| format!("{}{byte:02x}", if column == 8 { "  " } else { " " });
        let cells: String = chunk.iter().enumerate().map(cell).collect();
        let shown: String =
            chunk.iter().map(|&byte| if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' }).collect();
        format!("{:08x} {cells:<49}  |{shown}|\n", row * 16)
    });
    lines.collect::<String>() + &format!("{:08x}\n", bytes.len())
}

/// Prints bytes like `xxd`.
pub(super) fn xxd(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(row, chunk)| {
        let cells: String = chunk.chunks(2).map(|pair| format!(" {}", hex(pair))).collect();
        let shown: String =
            chunk.iter().map(|&byte| if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' }).collect();
        format!("{:08x}:{cells:<40}  {shown}\n", row * 16)
    });
    lines.collect()
}

/// Returns what `od -c` prints.
pub(super) fn characters(bytes: &[u8]) -> String {
    let cell = |byte: &u8| match byte {
        b'\n' => "  \\n".to_owned(),
        b'\t' => "  \\t".to_owned(),
        b'\r' => "  \\r".to_owned(),
        0 => "  \\0".to_owned(),
        b' '..=b'~' => format!("   {}", char::from(*byte)),
        _ => format!(" {byte:03o}"),
    };
    let rows = bytes.chunks(16).enumerate().map(|(row, bytes)| {
        let cells: String = bytes.iter().map(cell).collect();
        format!("{:07o}{cells}\n", 16 * row)
    });
    format!("{}{:07o}\n", rows.collect::<String>(), bytes.len())
}
