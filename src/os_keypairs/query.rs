//! [`Query`]: the query of `GET` and `DELETE …/os-keypairs`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::os_keypairs::python::quotable;

/// The query of a request that lists, shows or deletes key pairs, as sent.
///
/// It holds any parameters, valid or not: [`check_list`](Self::check_list), [`check_show`](Self::check_show) and
/// [`check_delete`](Self::check_delete) report what is wrong with them.
///
/// ```
/// use nova_keypair::{Microversion, os_keypairs::{Context, Query}};
///
/// let context = Context::new("me").microversion(Microversion::LATEST);
/// let list = Query::parse("limit=2&marker=my+key").check_list(&context).unwrap();
/// assert_eq!((list.limit(), list.marker()), (Some(2), Some("my key")));
/// let rejection = Query::parse("limit=two").check_list(&context).unwrap_err();
/// assert_eq!(rejection.status(), 400);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query {
    parameters: Vec<(String, String)>,
    /// Whether a parameter was not UTF-8. It is replaced in the parameters.
    is_malformed: bool,
}

impl Query {
    /// Parses the part of a URL after the `?`, percent-encoded; the empty text is the query without parameters.
    ///
    /// Like Python's parser, it reads `+` as a space, a parameter without `=` as one with an empty value, and a `%`
    /// without two hexadecimal digits as itself.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let (name, value) = (parsed.decode(name), parsed.decode(value));
            parsed.parameters.push((name, value));
        }
        parsed
    }

    fn decode(&mut self, text: &str) -> String {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            let escaped = tail.split_at_checked(2).filter(|_| first == b'%');
            let escaped = escaped.and_then(|(digits, tail)| Some((hex_byte(digits)?, tail)));
            let (byte, tail) = escaped.unwrap_or((if first == b'+' { b' ' } else { first }, tail));
            bytes.push(byte);
            rest = tail;
        }
        String::from_utf8(bytes).unwrap_or_else(|error| {
            self.is_malformed = true;
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        })
    }

    pub(super) fn is_malformed(&self) -> bool {
        self.is_malformed
    }

    /// Returns the parameters in the order of the query.
    pub(super) fn parameters(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Returns the values of a parameter in the order of the query.
    pub(super) fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        self.parameters().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// Reads hexadecimal digits, two of which make a byte.
fn hex_byte(digits: &[u8]) -> Option<u8> {
    let value = digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))?;
    value.try_into().ok()
}

/// Elides private keys.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.parameters().map(|(name, value)| (quotable(name), quotable(value)))).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    /// As `parse_qsl(query, keep_blank_values=True)` of CPython.
    #[test]
    fn parameters_are_decoded_as_python_decodes_them() {
        for (query, parameters) in [
            ("", &[][..]),
            ("&&", &[]),
            ("limit=1&marker=a+b", &[("limit", "1"), ("marker", "a b")]),
            ("marker=%61%2b%C3%a9", &[("marker", "a+é")]),
            ("a&b=&=c&d=e=f", &[("a", ""), ("b", ""), ("", "c"), ("d", "e=f")]),
            ("%=%&%4=%4g&%%41=%4", &[("%", "%"), ("%4", "%4g"), ("%A", "%4")]),
            ("é=%25", &[("é", "%")]),
        ] {
            let parsed = Query::parse(query);
            assert_eq!(parsed.parameters().collect::<Vec<_>>(), parameters, "{query}");
            assert!(!parsed.is_malformed(), "{query}");
        }
        assert!(Query::parse("a=%ff").is_malformed());
        assert!(Query::parse("a=1&%c3=2").is_malformed());
    }

    #[test]
    fn debug_elides_private_keys() {
        let query = Query::parse("marker=-----BEGIN+OPENSSH+PRIVATE+KEY-----&limit=1");
        assert_eq!(format!("{query:?}"), r#"{"marker": "[elided]", "limit": "1"}"#);
    }
}
