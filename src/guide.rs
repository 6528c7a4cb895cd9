//! How to put this crate to use, for those who link it.
//!
//! | you | page |
//! |---|---|
//! | answer `POST …/os-keypairs` yourself | [`server`]: [`post`](crate::os_keypairs::post) behind axum |
//! | make keys with the `rsa` crate, or by calling `ssh-keygen` | [`migration`]: which call takes the place of which |
//! | talk to a cloud that makes no keys, since Nova 2.92 | [`client`]: make the pair, send its public half, compare |

#[doc = include_str!("guide/server.md")]
pub mod server {}

#[doc = include_str!("guide/migration.md")]
pub mod migration {}

#[doc = include_str!("guide/client.md")]
pub mod client {}
