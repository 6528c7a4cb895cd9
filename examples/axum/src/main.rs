//! Nova's `os-keypairs` behind axum:
//!
//! ```sh
//! cargo run --release --manifest-path examples/axum/Cargo.toml -- 127.0.0.1:8774 keypairs.redb
//! curl -i localhost:8774/v2.1/os-keypairs -H 'X-User-Id: me' -d '{"keypair": {"name": "my-key"}}'
//! ```
//!
//! `--quota N` in front of the address sets how many key pairs a user may have. The default is Nova's: 100.
//!
//! The headers `X-User-Id`, `X-Project-Id` and `X-Roles` stand in for authentication: see [`call`].

mod call;
mod discovery;
mod fault;
mod response;
mod service;
mod store;
#[cfg(test)]
mod tests;

use std::env;
use std::error::Error;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = env::args().skip(1).peekable();
    let mut quota = service::DEFAULT_QUOTA;
    if arguments.next_if(|argument| argument == "--quota").is_some() {
        quota = arguments.next().ok_or("--quota lacks a number")?.parse()?;
    }
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8774".to_owned());
    let file = arguments.next().unwrap_or_else(|| "keypairs.redb".to_owned());
    let store = store::Store::open(&file).map_err(|error| format!("{file}: {error}"))?;
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, service::router(store, quota)).await?;
    Ok(())
}
