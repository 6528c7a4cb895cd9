//! [`Request`]: the body of `POST …/os-keypairs`, any JSON value.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::os_keypairs::python::{ELIDED, quotable, write_repr};
use crate::public_key::recover::decodings::may_contain_private_key;

/// The body of a request, as sent.
///
/// It holds any JSON value, valid request or not: [`check`](Self::check) reports what is wrong with it. With the
/// feature `serde` it can be deserialized from any self-describing format; if an object repeats a key, the last value
/// wins, as in Python.
///
/// ```
/// use nova_keypair::os_keypairs::Request;
/// let create = Request::new("my-key");
/// let import = Request::new("my-key").public_key("ssh-ed25519 AAAA… me@home");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Request(Value);

impl Request {
    /// Creates `{"keypair": {"name": …}}`, which requests a new key pair.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let fields = Vec::from([("name".to_owned(), Value::String(name.to_owned()))]);
        Self(Value::Object(Vec::from([("keypair".to_owned(), Value::Object(fields))])))
    }

    /// Adds a `public_key`, which requests its import.
    #[must_use]
    pub fn public_key(self, public_key: &str) -> Self {
        self.with("public_key", public_key)
    }

    /// Adds a `type`, supported from microversion 2.2 on.
    #[must_use]
    pub fn key_type(self, key_type: &str) -> Self {
        self.with("type", key_type)
    }

    /// Adds a `user_id`, supported from microversion 2.10 on.
    #[must_use]
    pub fn user_id(self, user_id: &str) -> Self {
        self.with("user_id", user_id)
    }

    fn with(mut self, field: &str, text: &str) -> Self {
        if let Value::Object(root) = &mut self.0
            && let Some((_, Value::Object(fields))) = root.iter_mut().find(|(key, _)| key == "keypair")
        {
            fields.retain(|(key, _)| key != field);
            fields.push((field.to_owned(), Value::String(text.to_owned())));
        }
        self
    }

    pub(super) fn body(&self) -> &Value {
        &self.0
    }
}

/// A JSON value, from which a [`Request`] can be built without serde.
///
/// `Debug` prints it as Python does, but elides private keys.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as messages quote it. No field of a request is a number.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object: its members in the order of the body, each key once.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Formats the value as Python's `repr` does.
    pub(super) fn repr(&self) -> String {
        let mut out = String::new();
        // The parts of a private key may be in different strings, which are no private key by themselves.
        let is_whole = matches!(self, Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_));
        let mut strings = Zeroizing::new(String::new());
        if !is_whole {
            strings.reserve(self.length());
            self.join(&mut strings);
        }
        if may_contain_private_key(&strings) {
            return ELIDED.to_owned();
        }
        self.write_repr(&mut out);
        out
    }

    /// Formats the value as Python's `str` does, which differs from [`repr`](Self::repr) for strings only.
    pub(super) fn str(&self) -> String {
        match self {
            Self::String(text) => quotable(text),
            _ => self.repr(),
        }
    }

    /// Returns the length of what [`join`](Self::join) writes.
    fn length(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 0,
            Self::Number(text) | Self::String(text) => text.len() + 1,
            Self::Array(items) => items.iter().map(Self::length).sum(),
            Self::Object(members) => members.iter().map(|(key, value)| key.len() + 1 + value.length()).sum(),
        }
    }

    /// Writes every string in the value, each on a line.
    fn join(&self, out: &mut String) {
        match self {
            Self::Null | Self::Bool(_) => {}
            Self::Number(text) | Self::String(text) => out.extend([text, "\n"]),
            Self::Array(items) => items.iter().for_each(|item| item.join(out)),
            Self::Object(members) => members.iter().for_each(|(key, value)| {
                out.extend([key, "\n"]);
                value.join(out);
            }),
        }
    }

    fn write_repr(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Number(text) => out.push_str(&quotable(text)),
            Self::String(text) => write_repr(&quotable(text), out),
            Self::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    item.write_repr(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (i, (key, value)) in members.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    write_repr(&quotable(key), out);
                    out.push_str(": ");
                    value.write_repr(out);
                }
                out.push('}');
            }
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repr())
    }
}

impl From<Value> for Request {
    fn from(body: Value) -> Self {
        Self(body)
    }
}

#[cfg(feature = "serde")]
mod deserialize {
    //! Deserialization of any JSON value as a [`Request`]; `check` decides later whether it is a valid one.

    use alloc::borrow::ToOwned;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use core::fmt;

    use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

    use super::{Request, Value};

    impl<'de> Deserialize<'de> for Request {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Value::deserialize(deserializer).map(Request)
        }
    }

    impl<'de> Deserialize<'de> for Value {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(ValueVisitor)
        }
    }

    struct ValueVisitor;

    impl<'de> Visitor<'de> for ValueVisitor {
        type Value = Value;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON value")
        }

        fn visit_unit<E>(self) -> Result<Value, E> {
            Ok(Value::Null)
        }

        fn visit_none<E>(self) -> Result<Value, E> {
            Ok(Value::Null)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
            Value::deserialize(deserializer)
        }

        fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
            Ok(Value::Bool(value))
        }

        fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
            Ok(Value::Number(value.to_string()))
        }

        fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
            Ok(Value::Number(value.to_string()))
        }

        fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
            Ok(Value::Number(float_repr(value)))
        }

        fn visit_str<E>(self, value: &str) -> Result<Value, E> {
            Ok(Value::String(value.to_owned()))
        }

        fn visit_string<E>(self, value: String) -> Result<Value, E> {
            Ok(Value::String(value))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element()? {
                items.push(item);
            }
            Ok(Value::Array(items))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
            let mut members: Vec<(String, Value)> = Vec::new();
            // The index of each key: searching the list for every key would be quadratic in the size of untrusted
            // input.
            let mut places = BTreeMap::new();
            while let Some((key, value)) = map.next_entry::<String, Value>()? {
                match places.get(&key).and_then(|&place: &usize| members.get_mut(place)) {
                    Some(member) => member.1 = value,
                    None => {
                        places.insert(key.clone(), members.len());
                        members.push((key, value));
                    }
                }
            }
            Ok(Value::Object(members))
        }
    }

    /// Formats a float as `repr` does: the shortest digits, as in Rust, but the exponent signed and of at least two
    /// digits.
    fn float_repr(value: f64) -> String {
        let text = format!("{value:?}");
        let Some((mantissa, exponent)) = text.split_once('e') else { return text };
        match exponent.strip_prefix('-') {
            Some(digits) => format!("{mantissa}e-{digits:0>2}"),
            None => format!("{mantissa}e+{exponent:0>2}"),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::float_repr;

        #[test]
        fn floats_are_written_as_python_writes_them() {
            for (value, python) in [
                (1.5, "1.5"),
                (1e16, "1e+16"),
                (1e-7, "1e-07"),
                (1.25e100, "1.25e+100"),
                (-0.0, "-0.0"),
                (123.0, "123.0"),
            ] {
                assert_eq!(float_repr(value), python);
            }
        }
    }
}
