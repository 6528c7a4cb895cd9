//! [`Request`]: the body of `POST …/os-keypairs`, checked as Nova's JSON schemas check it
//! (`nova/api/openstack/compute/schemas/keypairs.py`), with their messages.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::{Error, Result};
use crate::microversion::Microversion;
use crate::name::KeypairName;
use crate::os_keypairs::python::{quotable, repr, write_repr};

/// The body of a request, as sent.
///
/// It holds any JSON value, also one that is not a request: [`post`](crate::os_keypairs::post) says what is wrong with it. With the feature
/// `serde` it can be deserialized from any self-describing format; of a key that stands twice in an object the last one counts, as in
/// Python.
///
/// ```
/// use nova_keypair::os_keypairs::Request;
/// let create = Request::new("my-key");
/// let import = Request::new("my-key").public_key("ssh-ed25519 AAAA… me@home");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Request(Value);

impl Request {
    /// `{"keypair": {"name": …}}`: asks for a new key pair.
    pub fn new(name: &str) -> Self {
        let fields = Vec::from([("name".to_owned(), Value::String(name.to_owned()))]);
        Self(Value::Object(Vec::from([("keypair".to_owned(), Value::Object(fields))])))
    }

    /// The same request with a `public_key`: asks for its import.
    #[must_use]
    pub fn public_key(self, public_key: &str) -> Self {
        self.with("public_key", public_key)
    }

    /// The same request with a `type`, from microversion 2.2 on.
    #[must_use]
    pub fn key_type(self, key_type: &str) -> Self {
        self.with("type", key_type)
    }

    /// The same request with a `user_id`, from microversion 2.10 on.
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

    /// The fields of the request, if Nova's schema for the microversion takes it.
    pub(super) fn validate(&self, microversion: Microversion) -> Result<Fields<'_>> {
        let allowed: &[&str] = match microversion {
            v if v < Microversion::V2_2 => &["name", "public_key"],
            v if v < Microversion::V2_10 => &["name", "type", "public_key"],
            _ => &["name", "type", "public_key", "user_id"],
        };
        let required: &[&str] = if microversion < Microversion::V2_92 { &["name"] } else { &["name", "public_key"] };

        // In the order in which jsonschema meets the keywords: type, properties, required, additionalProperties.
        let root = self.0.as_object("").map_err(name_the_field)?;
        let mut fields = None;
        if let Some(keypair) = find(root, "keypair") {
            fields = Some(validate_keypair(keypair, allowed, required, microversion)?);
        }
        let fields = fields.ok_or_else(|| refuse("", &self.0, "'keypair' is a required property".to_owned()))?;
        refuse_surplus("", &self.0, root, &["keypair"])?;
        Ok(fields)
    }
}

/// What a valid request asks for.
pub(super) struct Fields<'a> {
    pub(super) name: KeypairName,
    pub(super) public_key: Option<&'a str>,
    pub(super) is_x509: bool,
    pub(super) user_id: Option<&'a str>,
}

fn validate_keypair<'a>(
    keypair: &'a Value,
    allowed: &[&str],
    required: &[&str],
    microversion: Microversion,
) -> Result<Fields<'a>> {
    let members = keypair.as_object("keypair")?;
    let text = |field| match find(members, field) {
        Some(value) if allowed.contains(&field) => value.as_str(field).map(Some),
        _ => Ok(None),
    };
    let name = text("name")?.map(|name| KeypairName::for_microversion(name, microversion)).transpose()?;
    let key_type = text("type")?;
    if let (Some(key_type), Some(value)) = (key_type, find(members, "type"))
        && !["ssh", "x509"].contains(&key_type)
    {
        return Err(refuse("type", value, format!("{} is not one of ['ssh', 'x509']", repr(&quotable(key_type)))));
    }
    let public_key = text("public_key")?;
    let user_id = text("user_id")?;

    let missing = |field: &str| refuse("keypair", keypair, format!("'{field}' is a required property"));
    let name = name.ok_or_else(|| missing("name"))?;
    if let Some(field) = required.iter().find(|field| find(members, field).is_none()) {
        return Err(missing(field));
    }
    refuse_surplus("keypair", keypair, members, allowed)?;
    Ok(Fields { name, public_key, is_x509: key_type == Some("x509"), user_id })
}

type Members = [(String, Value)];

fn find<'a>(members: &'a Members, key: &str) -> Option<&'a Value> {
    members.iter().find(|(k, _)| k == key).map(|(_, value)| value)
}

/// jsonschema's `additionalProperties: false`: the surplus keys sorted, each by its `repr`.
fn refuse_surplus(field: &str, value: &Value, members: &Members, allowed: &[&str]) -> Result<()> {
    let mut surplus: Vec<&str> = members.iter().map(|(key, _)| &**key).filter(|key| !allowed.contains(key)).collect();
    if surplus.is_empty() {
        return Ok(());
    }
    surplus.sort_unstable();
    let verb = if surplus.len() == 1 { "was" } else { "were" };
    let list = surplus.iter().map(|key| repr(&quotable(key))).collect::<Vec<_>>().join(", ");
    Err(refuse(field, value, format!("Additional properties are not allowed ({list} {verb} unexpected)")))
}

/// Nova's words for what jsonschema found (`nova/api/validation/validators.py`): with the field and its value, unless it is the body.
fn refuse(field: &str, value: &Value, found: String) -> Error {
    let message = match field {
        "" => found,
        _ => format!("Invalid input for field/attribute {field}. Value: {}. {found}", value.to_python(false)),
    };
    Error::Request { field: field.to_owned(), message }
}

/// What Nova says of a body that is no object names no field; say which one there should be.
fn name_the_field(error: Error) -> Error {
    match error {
        Error::Request { field, message } => {
            Error::Request { field, message: message + ": send an object with the field 'keypair'" }
        }
        error => error,
    }
}

/// A JSON value, of which a [`Request`] can be made without serde.
///
/// `Debug` prints it as Python does, without what looks like a private key.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is to be quoted. No field of a request is one.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object: its members in the order of the body, each key once.
    Object(Vec<(String, Value)>),
}

impl Value {
    fn as_object(&self, field: &str) -> Result<&Members> {
        match self {
            Self::Object(members) => Ok(members),
            _ => Err(refuse(field, self, self.to_python(true) + " is not of type 'object'")),
        }
    }

    fn as_str(&self, field: &str) -> Result<&str> {
        match self {
            Self::String(text) => Ok(text),
            _ => Err(refuse(field, self, self.to_python(true) + " is not of type 'string'")),
        }
    }

    /// As Python writes the value, with `repr`, or with `str`, which differs for strings only.
    ///
    /// A string that looks like a private key, pasted into whichever field, is not quoted: Nova would send it back.
    fn to_python(&self, repr: bool) -> String {
        let mut out = String::new();
        match self {
            Self::String(text) if !repr => out = quotable(text),
            _ => self.write_repr(&mut out),
        }
        out
    }

    fn write_repr(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Number(text) => out.push_str(text),
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
        f.write_str(&self.to_python(true))
    }
}

impl From<Value> for Request {
    fn from(body: Value) -> Self {
        Self(body)
    }
}

#[cfg(feature = "serde")]
mod deserialize {
    //! Any JSON value is a [`Request`]; whether it is a good one is decided later, with Nova's words.

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
            // Where each key stands: searching the list for every key would be quadratic in what a stranger sends.
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

    /// `repr` of a float: the shortest digits, as Rust has them too, but with the exponent signed and of two digits.
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
