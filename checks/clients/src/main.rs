//! The calls of `os-keypairs` with the crate `openstack_sdk`:
//!
//! ```sh
//! openstack-sdk-client CLOUD MICROVERSION create NAME LINE
//! openstack-sdk-client CLOUD MICROVERSION list|pages
//! openstack-sdk-client CLOUD MICROVERSION show|delete NAME
//! ```
//!
//! It prints the key pair or the key pairs as JSON, or the error.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use http::{HeaderName, HeaderValue};
use openstack_sdk::AsyncOpenStack;
use openstack_sdk::api::compute::v2::keypair::{create_21, create_292, delete_20, get_20, list_20};
use openstack_sdk::api::{Pagination, QueryAsync, ignore, paged};
use openstack_sdk::config::ConfigFile;
use openstack_sdk::types::ServiceType;
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<Value, Box<dyn Error>> {
    let [cloud, microversion, call @ ..] = arguments else { return Err("which cloud and microversion?".into()) };
    let profile = ConfigFile::new()?.get_cloud_config(cloud)?.ok_or("no such cloud")?;
    let session = AsyncOpenStack::builder(&profile).disable_auth_cache(true).connect().await?;
    session.discover_service_endpoint(&ServiceType::Compute).await?;
    let name = HeaderName::from_static("openstack-api-version");
    let version = HeaderValue::from_str(&format!("compute {microversion}"))?;
    Ok(match call {
        ["create", key, line] if *microversion == "2.92" => {
            let keypair = create_292::KeypairBuilder::default().name(*key).public_key(*line).build()?;
            create_292::Request::builder().keypair(keypair).header(name, version).build()?.query_async(&session).await?
        }
        ["create", key, line] => {
            let keypair = create_21::KeypairBuilder::default().name(*key).public_key(*line).build()?;
            create_21::Request::builder().keypair(keypair).header(name, version).build()?.query_async(&session).await?
        }
        ["list"] => list_20::Request::builder().header(name, version).build()?.query_async(&session).await?,
        ["pages"] => {
            let request = list_20::Request::builder().limit(1).header(name, version).build()?;
            let keypairs: Vec<Value> = paged(request, Pagination::All).query_async(&session).await?;
            json!(keypairs)
        }
        ["show", key] => {
            get_20::Request::builder().id(*key).header(name, version).build()?.query_async(&session).await?
        }
        ["delete", key] => {
            let request = delete_20::Request::builder().id(*key).header(name, version).build()?;
            ignore(request).query_async(&session).await?;
            Value::Null
        }
        _ => return Err("which call?".into()),
    })
}
