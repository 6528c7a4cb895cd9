//! Nova's JSON schemas for the request (`nova/api/openstack/compute/schemas/keypairs.py`), by microversion.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::microversion::Microversion;
use crate::name::KeypairName;
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::message;
use crate::os_keypairs::python::{quotable, repr};
use crate::os_keypairs::reply::Reply;
use crate::os_keypairs::request::Value;
use crate::public_key::recover::decodings::find_private_key;

/// The fields of a valid request.
pub(super) struct Fields<'a> {
    pub(super) name: KeypairName,
    pub(super) public_key: Option<&'a str>,
    pub(super) is_x509: bool,
    /// The user ID, if it is not empty.
    pub(super) user_id: Option<&'a str>,
}

/// Returns the `user_id` of a body, valid request or not, if it is not empty.
pub(super) fn user_id(body: &Value) -> Option<&str> {
    if let Value::Object(members) = body
        && let Some(Value::Object(keypair)) = find(members, "keypair")
        && let Some(Value::String(user_id)) = find(keypair, "user_id")
    {
        return unless_empty(user_id);
    }
    None
}

/// Returns a user ID; `None` for an empty one, which counts as absent (`user_id or context.user_id` in
/// `nova/api/openstack/compute/keypairs.py`).
fn unless_empty(user_id: &str) -> Option<&str> {
    Some(user_id).filter(|user_id| !user_id.is_empty())
}

/// Returns the fields of the request, if it matches the schema of the microversion.
pub(super) fn validate(body: &Value, microversion: Microversion) -> Result<Fields<'_>, Reply> {
    let Value::Object(members) = body else {
        // Nova's message does not name the missing field; this one does.
        let found = format!("{} is not of type 'object': send an object with the field 'keypair'", body.repr());
        return Err(invalid("body", "is not an object", found));
    };
    // jsonschema checks the properties, then `required`, then `additionalProperties`.
    let Some(value) = find(members, "keypair") else {
        return Err(invalid("body", "lacks 'keypair'", "'keypair' is a required property".to_owned()));
    };
    let keypair = Keypair::new(value, microversion)?;
    keypair.check()?;
    if let Some(found) = unexpected_properties(names(members), &["keypair"]) {
        return Err(invalid("body", "has unexpected fields", found));
    }
    keypair.fields()
}

type Members = [(String, Value)];

type Check<T> = fn(&T) -> Result<(), Reply>;

/// The object `keypair` of a request, and the fields that its schema allows.
struct Keypair<'a> {
    value: &'a Value,
    members: &'a Members,
    microversion: Microversion,
    allowed: &'static [&'static str],
    required: &'static [&'static str],
}

impl<'a> Keypair<'a> {
    /// Runs every check, in the order in which jsonschema applies the keywords: the properties in the order of the
    /// schema, then `required`, then `additionalProperties`. The first failure gives the message.
    const CHECKS: [Check<Self>; 6] = [
        Self::check_name,
        Self::check_type,
        Self::check_public_key,
        Self::check_user_id,
        Self::check_required,
        Self::check_unexpected,
    ];

    fn new(value: &'a Value, microversion: Microversion) -> Result<Self, Reply> {
        let Value::Object(members) = value else {
            return Err(wrong_type("keypair", "is not an object", value, "object"));
        };
        let allowed: &[&str] = match microversion {
            v if v < Microversion::V2_2 => &["name", "public_key"],
            v if v < Microversion::V2_10 => &["name", "type", "public_key"],
            _ => &["name", "type", "public_key", "user_id"],
        };
        let required: &[&str] = if microversion < Microversion::V2_92 { &["name"] } else { &["name", "public_key"] };
        Ok(Self { value, members, microversion, allowed, required })
    }

    fn check(&self) -> Result<(), Reply> {
        Self::CHECKS.iter().try_for_each(|check| check(self))
    }

    fn check_name(&self) -> Result<(), Reply> {
        let Some(name) = self.text("name")? else { return Ok(()) };
        self.parse_name(name).map(|_| ())
    }

    fn check_type(&self) -> Result<(), Reply> {
        match self.text("type")? {
            None | Some("ssh" | "x509") => Ok(()),
            Some(other) => {
                let found = format!("{} is not one of ['ssh', 'x509']", repr(&quotable(other)));
                Err(invalid_field("type", "is neither ssh nor x509", &quotable(other), &found))
            }
        }
    }

    fn check_public_key(&self) -> Result<(), Reply> {
        self.text("public_key").map(|_| ())
    }

    /// Checks a string. Nova accepts any; a private key is rejected here, because the reply to a valid request
    /// repeats the `user_id`.
    fn check_user_id(&self) -> Result<(), Reply> {
        match self.text("user_id")? {
            Some(user_id) if find_private_key(user_id).is_some() => {
                let found = "a private key is not a user ID: generate a new key if this one left your machine";
                Err(invalid_field("user_id", "contains a private key", &quotable(user_id), found))
            }
            _ => Ok(()),
        }
    }

    fn check_required(&self) -> Result<(), Reply> {
        match self.required.iter().find(|field| find(self.members, field).is_none()) {
            None => Ok(()),
            Some(field) => {
                let found = format!("'{field}' is a required property");
                Err(invalid_field("keypair", "lacks a required field", &self.value.str(), &found))
            }
        }
    }

    fn check_unexpected(&self) -> Result<(), Reply> {
        match unexpected_properties(names(self.members), self.allowed) {
            None => Ok(()),
            Some(found) => Err(invalid_field("keypair", "has unexpected fields", &self.value.str(), &found)),
        }
    }

    /// Returns a field that the microversion supports, if the request has it.
    fn text(&self, field: &'static str) -> Result<Option<&'a str>, Reply> {
        match find(self.members, field) {
            Some(Value::String(text)) if self.allowed.contains(&field) => Ok(Some(text)),
            Some(value) if self.allowed.contains(&field) => Err(wrong_type(field, "is not a string", value, "string")),
            _ => Ok(None),
        }
    }

    fn parse_name(&self, name: &str) -> Result<KeypairName, Reply> {
        KeypairName::for_microversion(name, self.microversion)
            .map_err(|error| Reply::with_message(error, message::of_name(error, name, self.microversion)))
    }

    /// Returns the fields, once every check has passed.
    fn fields(&self) -> Result<Fields<'a>, Reply> {
        let name = self.text("name")?;
        debug_assert!(name.is_some(), "every microversion requires a name");
        Ok(Fields {
            name: self.parse_name(name.unwrap_or_default())?,
            public_key: self.text("public_key")?,
            is_x509: self.text("type")? == Some("x509"),
            user_id: self.text("user_id")?.and_then(unless_empty),
        })
    }
}

fn find<'a>(members: &'a Members, key: &str) -> Option<&'a Value> {
    members.iter().find(|(k, _)| k == key).map(|(_, value)| value)
}

fn names(members: &Members) -> impl Iterator<Item = &str> {
    members.iter().map(|(key, _)| &**key)
}

/// Reports a violation of `additionalProperties: false`: the unexpected names, sorted, each as its `repr`.
pub(super) fn unexpected_properties<'a>(names: impl Iterator<Item = &'a str>, allowed: &[&str]) -> Option<String> {
    let mut unexpected: Vec<&str> = names.filter(|name| !allowed.contains(name)).collect();
    unexpected.sort_unstable();
    unexpected.dedup();
    let verb = match unexpected.len() {
        0 => return None,
        1 => "was",
        _ => "were",
    };
    let list = unexpected.iter().map(|key| repr(&quotable(key))).collect::<Vec<_>>().join(", ");
    Some(format!("Additional properties are not allowed ({list} {verb} unexpected)"))
}

fn wrong_type(field: &'static str, fault: &'static str, value: &Value, expected: &str) -> Reply {
    let found = format!("{} is not of type '{expected}'", value.repr());
    invalid_field(field, fault, &value.str(), &found)
}

/// Builds the reply for a field, with its quotable value and jsonschema's finding.
fn invalid_field(field: &'static str, fault: &'static str, value: &str, found: &str) -> Reply {
    invalid(field, fault, message::of_field(field, value, found))
}

fn invalid(part: &'static str, fault: &'static str, message: String) -> Reply {
    Reply::with_message(RequestError::InvalidBody { part, fault }, message)
}
