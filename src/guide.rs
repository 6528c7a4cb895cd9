//! How to use this crate, by task.
//!
//! | task | page |
//! |---|---|
//! | answer `POST …/os-keypairs` in a server | [`server`]: [`os_keypairs`](crate::os_keypairs) with axum |
//! | explain to users why their key was rejected | [`rejections`]: what they paste, and what they are told |
//! | replace the `rsa` crate or calls of `ssh-keygen` | [`migration`]: which call replaces which |
//! | use Nova 2.92 or later, which generates no keys | [`client`]: generate the pair, send its public half, compare |

#[doc = include_str!("guide/server.md")]
pub mod server {}

#[doc = include_str!("guide/rejections.md")]
pub mod rejections {}

#[doc = include_str!("guide/migration.md")]
pub mod migration {}

#[doc = include_str!("guide/client.md")]
pub mod client {}
