//! `POST …/os-keypairs` behind axum: `cargo run --release --manifest-path examples/axum/Cargo.toml`, then
//!
//! ```sh
//! curl -i localhost:8774/v2.1/os-keypairs -H 'X-User-Id: me' -d '{"keypair": {"name": "my-key"}}'
//! ```
//!
//! Two things are stand-ins: the header `X-User-Id` for authentication, and a map in memory for a database.

mod service;
mod store;
#[cfg(test)]
mod tests;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 8774)).await?;
    axum::serve(listener, service::router()).await
}
