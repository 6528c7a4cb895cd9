//! The calls of `os-keypairs` with the crate `openstack_sdk`:
//!
//! ```sh
//! openstack-sdk-client CLOUD MICROVERSION create NAME
//! openstack-sdk-client CLOUD MICROVERSION add NAME [public_key=LINE] [type=x509] [user_id=ID]
//! openstack-sdk-client CLOUD MICROVERSION list [user_id=ID] [marker=NAME]
//! openstack-sdk-client CLOUD MICROVERSION pages
//! openstack-sdk-client CLOUD MICROVERSION show|delete NAME [user_id=ID]
//! ```
//!
//! `create` generates an Ed25519 key here, with `nova-keypair`, and prints the private key. `add` imports a public key;
//! without one, the server generates a key pair. The others print the key pair or the key pairs as JSON. Any error is
//! printed as the crate writes it.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use http::{HeaderName, HeaderValue};
use nova_keypair::{KeySpec, OsRng, PrivateKey};
use openstack_sdk::AsyncOpenStack;
use openstack_sdk::api::compute::v2::keypair::{create_21, create_22, create_210, create_292};
use openstack_sdk::api::compute::v2::keypair::{delete_20, get_20, list_20};
use openstack_sdk::api::{Pagination, QueryAsync, ignore, paged};
use openstack_sdk::config::ConfigFile;
use openstack_sdk::types::ServiceType;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await {
        Ok(Value::String(text)) => print!("{text}"),
        Ok(answer) => println!("{answer}"),
        Err(error) => {
            println!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Returns the value of an argument `field=value`.
fn option<'a>(arguments: &[&'a str], field: &str) -> Option<&'a str> {
    arguments.iter().find_map(|argument| argument.strip_prefix(field)?.strip_prefix('='))
}

/// Sets a field that has a value.
macro_rules! set {
    ($builder:ident, $($field:ident: $value:expr),* $(,)?) => {
        $(if let Some(value) = $value { $builder.$field(value); })*
    };
}

/// Sends the request of a module, whose key pair has some of the fields.
macro_rules! create {
    ($module:ident, $client:expr, $name:expr, $($fields:tt)*) => {{
        let mut keypair = $module::KeypairBuilder::default();
        keypair.name($name);
        set!(keypair, $($fields)*);
        let mut request = $module::Request::builder();
        let request = request.keypair(keypair.build()?).header($client.header.0, $client.header.1);
        request.build()?.query_async(&$client.session).await?
    }};
}

struct Client {
    session: AsyncOpenStack,
    header: (HeaderName, HeaderValue),
    microversion: u32,
}

impl Client {
    async fn new(cloud: &str, microversion: &str) -> Result<Self> {
        let profile = ConfigFile::new()?.get_cloud_config(cloud)?.ok_or("no such cloud")?;
        let session = AsyncOpenStack::builder(&profile).disable_auth_cache(true).connect().await?;
        session.discover_service_endpoint(&ServiceType::Compute).await?;
        let value = HeaderValue::from_str(&format!("compute {microversion}"))?;
        let minor = microversion.strip_prefix("2.").map_or(Ok(u32::MAX), str::parse)?;
        let name = HeaderName::from_static("openstack-api-version");
        Ok(Self { session, header: (name, value), microversion: minor })
    }

    async fn add(self, name: &str, public_key: Option<&str>, options: &[&str]) -> Result<Value> {
        let (x509, user_id) = (option(options, "type").is_some(), option(options, "user_id"));
        Ok(match self.microversion {
            ..2 => create!(create_21, self, name, public_key: public_key),
            2..10 => create!(
                create_22, self, name,
                public_key: public_key, _type: x509.then_some(create_22::Type::X509),
            ),
            10..92 => create!(
                create_210, self, name,
                public_key: public_key, _type: x509.then_some(create_210::Type::X509), user_id: user_id,
            ),
            92.. => create!(
                create_292, self, name,
                public_key: public_key, _type: x509.then_some(create_292::Type::X509), user_id: user_id,
            ),
        })
    }
}

async fn run(arguments: &[&str]) -> Result<Value> {
    let [cloud, microversion, call, rest @ ..] = arguments else { return Err("which cloud and microversion?".into()) };
    let client = Client::new(cloud, microversion).await?;
    let (name, options) = rest.split_first().map_or((None, rest), |(name, options)| (Some(*name), options));
    let (header, value) = client.header.clone();
    let session = &client.session;
    Ok(match (*call, name) {
        ("create", Some(name)) => {
            let key = PrivateKey::generate(KeySpec::Ed25519, &mut OsRng)?;
            client.add(name, Some(&key.public_key().to_openssh()), options).await?;
            json!(*key.to_openssh())
        }
        ("add", Some(name)) => client.add(name, option(options, "public_key"), options).await?,
        ("list", _) => {
            let mut request = list_20::Request::builder();
            set!(request, user_id: option(rest, "user_id"), marker: option(rest, "marker"));
            request.header(header, value).build()?.query_async(session).await?
        }
        ("pages", _) => {
            let request = list_20::Request::builder().limit(1).header(header, value).build()?;
            let keypairs: Vec<Value> = paged(request, Pagination::All).query_async(session).await?;
            json!(keypairs)
        }
        ("show", Some(name)) => {
            let mut request = get_20::Request::builder();
            set!(request, user_id: option(options, "user_id"));
            request.id(name).header(header, value).build()?.query_async(session).await?
        }
        ("delete", Some(name)) => {
            let mut request = delete_20::Request::builder();
            set!(request, user_id: option(options, "user_id"));
            ignore(request.id(name).header(header, value).build()?).query_async(session).await?;
            Value::Null
        }
        _ => return Err("which call?".into()),
    })
}
