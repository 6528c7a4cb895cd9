//! quick
use nova_keypair::internals::*;
use std::time::Instant;
fn min<T>(n: usize, mut f: impl FnMut() -> T) -> f64 {
    let mut m = f64::MAX;
    for _ in 0..n {
        let t = Instant::now();
        std::hint::black_box(f());
        m = m.min(t.elapsed().as_secs_f64());
    }
    m
}
fn main() {
    let ghz = 2.445e9;
    let only_td = std::env::args().any(|a| a == "td");
    for bits in [1024u32, 1536, 2048] {
        let c = draw_seeded(bits, b"x", 400).unwrap();
        let refs: Vec<&[u64]> = c[..4].iter().map(|x| &x[..]).collect();
        if !only_td {
            for k in [Kernel::Portable, Kernel::Best] {
                let t = min(40, || k.base2(bits, &refs));
                let p: Vec<[&[u64]; 3]> = (0..4).map(|i| [&c[10][..], &c[20 + i][..], &refs[i][..]]).collect();
                let c2: Vec<Vec<u64>> = p
                    .iter()
                    .map(|x| {
                        let mut b = x[0].to_vec();
                        *b.last_mut().unwrap() >>= 3;
                        b
                    })
                    .collect();
                let p: Vec<[&[u64]; 3]> = p.iter().zip(&c2).map(|(x, b)| [&b[..], x[1], x[2]]).collect();
                let tp = min(20, || k.pow(bits, &p));
                println!(
                    "{bits} {k:?}: base2 {:.1} us/lane = {:.0} tsc/sq; pow {:.1} us/lane",
                    t / 4. * 1e6,
                    t * ghz / 4. / bits as f64,
                    tp / 4. * 1e6
                );
            }
        }
        println!("  build td {:.1} us", 1e6 * min(20, || TrialDivision::new(bits)));
        for b in [512, 1u32 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17] {
            let mut td = TrialDivision::up_to(bits, b);
            let n = c.iter().filter(|x| td.passes(Kernel::Best, x)).count();
            let t = min(20, || c.iter().filter(|x| td.passes(Kernel::Best, x)).count());
            let surv = c.iter().find(|x| td.passes(Kernel::Best, x)).unwrap().clone();
            let ts = min(20, || td.passes(Kernel::Best, &surv));
            let tp = min(20, || td.passes(Kernel::Portable, &surv));
            print!("[portable {:.1}] ", tp * 1e6);
            println!(
                "  td {b}: {} of 400 pass, {:.2} us per candidate, {:.1} us survivor",
                n,
                t / 400. * 1e6,
                ts * 1e6
            );
        }
        println!("  draw seeded {:.2} us each", min(20, || draw_seeded(bits, b"x", 400)) / 400. * 1e6);
    }
}
