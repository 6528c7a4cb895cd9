//! How to use this crate, by task.
//!
//! | task | page |
//! |---|---|
//! | serve `os-keypairs` | [`server`]: [`os_keypairs`](crate::os_keypairs) with axum |
//! | explain to users why their key was rejected | [`rejections`]: what they paste, and what they are told |
//! | replace the `rsa` crate or calls of `ssh-keygen` | [`migration`]: which call replaces which |
//! | pass a generated key to `russh`, `ssh2`, `openssl`, rustls, `ssh-key` or `rsa` | [`other_crates`]: without copies that nobody clears |
//! | use Nova 2.92 or later, which generates no keys | [`client`]: generate the pair, send its public half, compare |

#[doc = include_str!("guide/server.md")]
pub mod server {}

#[doc = include_str!("guide/rejections.md")]
pub mod rejections {}

#[doc = include_str!("guide/migration.md")]
pub mod migration {}

#[doc = include_str!("guide/other_crates.md")]
pub mod other_crates {}

#[doc = include_str!("guide/client.md")]
pub mod client {}
