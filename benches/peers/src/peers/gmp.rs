//! GMP, which does not generate keys: `mpz_nextprime` from two random starts, as users of bignum libraries do.

use std::error::Error;
use std::time::Duration;

use rand::Rng;
use rug::Integer;
use rug::integer::Order;

use super::{About, ConstantTime, Peer};
use crate::check::Numbers;
use crate::clock::cpu_time;
use crate::provenance::crate_version;

pub(super) struct Gmp;

impl Peer for Gmp {
    fn about(&self, _bits: u32) -> About {
        use gmp_mpfr_sys::gmp::{VERSION, VERSION_MINOR, VERSION_PATCHLEVEL};
        About {
            name: "GMP, nextprime twice".into(),
            version: format!("{VERSION}.{VERSION_MINOR}.{VERSION_PATCHLEVEL}, rug {}", crate_version("rug")),
            ours: false,
            constant_time: ConstantTime::NO,
            timing: "made for speed: division, powers and the incremental search take variable time",
            rounds: "base 2, a strong Lucas test (BPSW), one random base".into(),
            scope: "steps from a random start; two primes, **no key**",
            generator: "rand's ThreadRng (ChaCha12), for the starts",
        }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let bytes = usize::try_from(bits / 16)?;
        let mut rng = rand::rng();
        let mut prime = || {
            let mut start = vec![0; bytes];
            rng.fill_bytes(&mut start);
            // The top two bits are set, so the product has its full length.
            if let Some(first) = start.first_mut() {
                *first |= 0xc0;
            }
            Integer::from_digits(&start, Order::Msf).next_prime()
        };
        let ((p, q), time) = cpu_time(|| (prime(), prime()));
        let n = Integer::from(&p * &q);
        let [n, p, q] = [n, p, q].map(|number| number.to_digits(Order::Msf));
        Ok((Numbers { n, e: None, p, q }, time))
    }
}
