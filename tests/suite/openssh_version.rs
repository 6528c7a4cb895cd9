//! The version of the installed OpenSSH, and the single table of differences between versions.
//!
//! The table covers OpenSSH 8.4 to 10.6 and public keys only: these versions agree about every other line of the test
//! data.

use std::process::Command;
use std::sync::LazyLock;

use crate::support::tool;

/// A version by its major and minor number; the patch level of portable releases (`p1`) does not change any verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OpenSsh(u32, u32);

/// A kind of public key that `ssh-keygen` accepts in some versions only.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Difference {
    /// `ssh-dss`. 9.8 and 9.9 could be built with or without DSA; 10.0 removed it.
    Dsa,
    /// An ECDSA point on the curve with a coordinate of at most half the bits of the order, or of the order minus one
    /// or more. `sshkey_ec_validate_public` rejected them until 10.2; 10.3 dropped the check (commit 9bea0818).
    EcdsaCoordinate,
}

impl Difference {
    /// Returns whether this version accepts such keys; `None` if that depends on the build.
    pub(crate) fn is_accepted_by(self, version: OpenSsh) -> Option<bool> {
        match self {
            Self::Dsa if version < OpenSsh(9, 8) => Some(true),
            Self::Dsa if version < OpenSsh(10, 0) => None,
            Self::Dsa => Some(false),
            Self::EcdsaCoordinate => Some(version >= OpenSsh(10, 3)),
        }
    }
}

impl OpenSsh {
    /// Parses the version that `ssh -V` prints, such as `OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026`.
    fn parse(banner: &str) -> Option<Self> {
        let (major, rest) = banner.strip_prefix("OpenSSH_")?.split_once('.')?;
        let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }

    /// Returns the version of the installed `ssh-keygen`, which has no option to print it: that of `ssh`, built from
    /// the same source.
    ///
    /// Panics without `ssh`, which every package of `ssh-keygen` includes, or for a version in another format.
    pub(crate) fn installed() -> Self {
        static INSTALLED: LazyLock<OpenSsh> = LazyLock::new(|| {
            let ssh = tool("ssh").expect("ssh-keygen is installed without ssh");
            let output = Command::new(ssh).arg("-V").output().unwrap();
            let banner = String::from_utf8_lossy(&output.stderr);
            OpenSsh::parse(&banner).unwrap_or_else(|| panic!("not a version of OpenSSH: {banner:?}"))
        });
        *INSTALLED
    }

    /// Returns whether this version is at least `version`, such as `9.6`.
    pub(crate) fn is_at_least(self, version: &str) -> bool {
        self >= Self::parse(&format!("OpenSSH_{version}")).unwrap()
    }

    /// The line of `sshd_config` that keeps `sshd` from delaying the client after failed logins, which it does from 9.8
    /// on. Earlier versions do not know the option.
    pub(crate) fn without_penalties(self) -> &'static str {
        if self < Self(9, 8) { "" } else { "PerSourcePenalties no\n" }
    }
}

#[test]
fn versions_are_read_and_compared_as_numbers() {
    let parse = |banner: &str| OpenSsh::parse(banner).unwrap();
    assert_eq!(parse("OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026\n"), OpenSsh(9, 2));
    assert_eq!(parse("OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.9"), OpenSsh(10, 0));
    assert_eq!(parse("OpenSSH_10.6p1"), OpenSsh(10, 6));
    assert!(parse("OpenSSH_10.2p1") > parse("OpenSSH_9.9p2"));
    assert!(OpenSsh(9, 6).is_at_least("9.6") && OpenSsh(10, 0).is_at_least("9.6") && !OpenSsh(9, 2).is_at_least("9.6"));
    for banner in ["", "OpenSSH_", "OpenSSH_10", "OpenSSH_x.1", "Sun_SSH_1.1", "dropbear 2022.83"] {
        assert_eq!(OpenSsh::parse(banner), None, "{banner}");
    }
}

#[test]
fn each_difference_has_versions_on_both_sides() {
    let verdicts = |difference: Difference| {
        [(8, 4), (9, 2), (9, 9), (10, 0), (10, 2), (10, 3), (10, 6)]
            .map(|(major, minor)| difference.is_accepted_by(OpenSsh(major, minor)))
    };
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(verdicts(Difference::Dsa), [yes, yes, None, no, no, no, no]);
    assert_eq!(verdicts(Difference::EcdsaCoordinate), [no, no, no, no, no, yes, yes]);
}
