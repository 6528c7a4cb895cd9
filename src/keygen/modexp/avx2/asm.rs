//! The inner loops: six columns of products at a time, in assembly, as macros for the functions that hold the pointers.

/// The steps of a product, of `avx2.rs`'s comment: s, d, e, and l.
#[rustfmt::skip]
macro_rules! step {
    (s $s:literal $h:literal $w:literal) => { concat!("vmovapd ", $s, ", ", $h, "\nvfmadd231pd ", $s, ", {b}, ", $w, "\n") };
    (d $s:literal $h:literal) => { concat!("vsubpd ", $h, ", ", $s, ", ", $h, "\n") };
    (e $h:literal $w:literal) => { concat!("vfmsub231pd ", $h, ", {b}, ", $w, "\n") };
    (l $l:literal $h:literal) => { concat!("vaddpd ", $l, ", ", $l, ", ", $h, "\n") };
}
/// One product: $n = $h + b·$w rounded, and the rest of it into $l. $h is free afterwards.
macro_rules! prod {
    ($n:literal $h:literal $l:literal $w:literal) => {
        concat!(step!(s $n $h $w), step!(d $n $h), step!(e $h $w), step!(l $l $h))
    };
}
/// Two of them interleaved, which runs a tenth faster.
macro_rules! pair {
    ($n:literal $h:literal $l:literal $w:literal, $m:literal $i:literal $k:literal $v:literal) => {
        concat!(
            step!(s $n $h $w),
            step!(s $m $i $v),
            step!(d $n $h),
            step!(d $m $i),
            step!(e $h $w),
            step!(e $i $v),
            step!(l $l $h),
            step!(l $k $i),
        )
    };
}

/// Rows 0..r of six columns, then `$tail`: h\[c], l\[c] += pa\[c-i]·pb\[i] for i < r, upwards in memory for D = 1, downwards for D = -1.
/// Afterwards {pa} is r digits further down, {pb} r digits up. Two rows leave every sum in the register it came from.
///
/// In assembly, because the speed hangs on the order and on 15 registers holding what they hold. It reads a\[k+5] down to a\[0], b\[0] up to
/// b\[r+5], and writes registers only.
macro_rules! rows {
    ($d:ident, $pa:expr, $pb:expr, $r:expr, $h:ident, $l:ident, [$($tail:expr),*], [$o0:tt $o1:tt $o2:tt $o3:tt $o4:tt $o5:tt $o6:tt $o7:tt]) => {
        core::arch::asm!(
            "test {n}, 1",
            "jz 2f",
            "vmovapd {b}, [{pb}]",
            pair!("{t0}" "{h0}" "{l0}" "[{pa} + 0*{d}]", "{t1}" "{h1}" "{l1}" "[{pa} + 1*{d}]"),
            pair!("{h0}" "{h2}" "{l2}" "[{pa} + 2*{d}]", "{h1}" "{h3}" "{l3}" "[{pa} + 3*{d}]"),
            pair!("{h2}" "{h4}" "{l4}" "[{pa} + 4*{d}]", "{h3}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {h5}, {h3}",
            "vmovapd {h4}, {h2}",
            "vmovapd {h3}, {h1}",
            "vmovapd {h2}, {h0}",
            "vmovapd {h1}, {t1}",
            "vmovapd {h0}, {t0}",
            "add {pa}, {e}",
            "add {pb}, {d}",
            "2:",
            "shr {n}, 1",
            "jz 3f",
            "2:",
            "vmovapd {b}, [{pb}]",
            "add {pa}, {e}",
            pair!("{t0}" "{h0}" "{l0}" "[{pa} + 1*{d}]", "{t1}" "{h1}" "{l1}" "[{pa} + 2*{d}]"),
            pair!("{h0}" "{h2}" "{l2}" "[{pa} + 3*{d}]", "{h1}" "{h3}" "{l3}" "[{pa} + 4*{d}]"),
            pair!("{h2}" "{h4}" "{l4}" "[{pa} + 5*{d}]", "{h3}" "{h5}" "{l5}" "[{pa} + 6*{d}]"),
            "vmovapd {b}, [{pb} + {d}]",
            pair!("{h5}" "{h3}" "{l5}" "[{pa} + 5*{d}]", "{h4}" "{h2}" "{l4}" "[{pa} + 4*{d}]"),
            pair!("{h3}" "{h1}" "{l3}" "[{pa} + 3*{d}]", "{h2}" "{h0}" "{l2}" "[{pa} + 2*{d}]"),
            pair!("{h1}" "{t1}" "{l1}" "[{pa} + 1*{d}]", "{h0}" "{t0}" "{l0}" "[{pa} + 0*{d}]"),
            "add {pa}, {e}",
            "add {pb}, 2*{d}",
            "dec {n}",
            "jnz 2b",
            "3:",
            $($tail,)*
            d = const 32 * $d,
            e = const -32 * $d,
            n = inout(reg) $r => _,
            pa = inout(reg) $pa => _,
            pb = inout(reg) $pb => _,
            h0 = inout(ymm_reg) $h[0] => $o0, h1 = inout(ymm_reg) $h[1] => $o1, h2 = inout(ymm_reg) $h[2] => $o2,
            h3 = inout(ymm_reg) $h[3] => $o3, h4 = inout(ymm_reg) $h[4] => $o4, h5 = inout(ymm_reg) $h[5] => $o5,
            l0 = inout(ymm_reg) $l[0], l1 = inout(ymm_reg) $l[1], l2 = inout(ymm_reg) $l[2],
            l3 = inout(ymm_reg) $l[3], l4 = inout(ymm_reg) $l[4], l5 = inout(ymm_reg) $l[5],
            t0 = out(ymm_reg) $o6, t1 = out(ymm_reg) $o7, b = out(ymm_reg) _,
            options(nostack, readonly)
        )
    };
}

/// Columns k..k+C of a·b, where C < 6 only for k = 0.
macro_rules! tri {
    (6, $d:ident, $a:expr, $b:expr, $k:expr, $h:ident, $l:ident) => {
        let (o0, o1, o2, o3, o4, o5): (V, V, V, V, V, V);
        rows!($d, $a.offset($d * $k as isize), $b, $k, $h, $l, [
            "vmovapd {b}, [{pb} + 0*{d}]",
            pair!("{t0}" "{h0}" "{l0}" "[{pa} + 0*{d}]", "{t1}" "{h1}" "{l1}" "[{pa} + 1*{d}]"),
            pair!("{h1}" "{h2}" "{l2}" "[{pa} + 2*{d}]", "{h0}" "{h3}" "{l3}" "[{pa} + 3*{d}]"),
            pair!("{h3}" "{h4}" "{l4}" "[{pa} + 4*{d}]", "{h2}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {b}, [{pb} + 1*{d}]",
            pair!("{h5}" "{h2}" "{l5}" "[{pa} + 4*{d}]", "{h4}" "{h3}" "{l4}" "[{pa} + 3*{d}]"),
            pair!("{h3}" "{h0}" "{l3}" "[{pa} + 2*{d}]", "{h2}" "{h1}" "{l2}" "[{pa} + 1*{d}]"),
            prod!("{h1}" "{t1}" "{l1}" "[{pa} + 0*{d}]"),
            "vmovapd {b}, [{pb} + 2*{d}]",
            pair!("{h0}" "{h2}" "{l2}" "[{pa} + 0*{d}]", "{t1}" "{h3}" "{l3}" "[{pa} + 1*{d}]"),
            pair!("{h3}" "{h4}" "{l4}" "[{pa} + 2*{d}]", "{h2}" "{h5}" "{l5}" "[{pa} + 3*{d}]"),
            "vmovapd {b}, [{pb} + 3*{d}]",
            pair!("{h5}" "{h2}" "{l5}" "[{pa} + 2*{d}]", "{h4}" "{h3}" "{l4}" "[{pa} + 1*{d}]"),
            prod!("{h3}" "{t1}" "{l3}" "[{pa} + 0*{d}]"),
            "vmovapd {b}, [{pb} + 4*{d}]",
            pair!("{h2}" "{h4}" "{l4}" "[{pa} + 0*{d}]", "{t1}" "{h5}" "{l5}" "[{pa} + 1*{d}]"),
            "vmovapd {b}, [{pb} + 5*{d}]",
            prod!("{h5}" "{t1}" "{l5}" "[{pa} + 0*{d}]")
        ], [o2 o1 o4 o3 _ o5 o0 _]);
        $h = [o0, o1, o2, o3, o4, o5];
    };
    ($c:tt, $d:ident, $a:expr, $b:expr, $k:expr, $h:ident, $l:ident) => {
        for s in 0..$c {
            let x = *$b.offset($d * s as isize);
            for c in s..$c {
                mac(&mut $h[c], &mut $l[c], *$a.offset($d * (c - s) as isize), x);
            }
        }
    };
}

/// Columns k..k+C of a², where C < 6 only for k = 0. Even: k is even, the squares are in columns k, k+2, k+4.
macro_rules! squ {
    (6, $d:ident, even, $a:expr, $aa:expr, $k:expr, $h:ident, $l:ident) => {
        let (o0, o1, o2, o3, o4, o5): (V, V, V, V, V, V);
        rows!($d, $aa.offset($d * $k as isize), $a, $k / 2, $h, $l, [
            "vmovapd {b}, [{pb} + 0*{d}]",
            pair!("{t0}" "{h0}" "{l0}" "{b}", "{t1}" "{h1}" "{l1}" "[{pa} + 1*{d}]"),
            pair!("{h1}" "{h2}" "{l2}" "[{pa} + 2*{d}]", "{h0}" "{h3}" "{l3}" "[{pa} + 3*{d}]"),
            pair!("{h3}" "{h4}" "{l4}" "[{pa} + 4*{d}]", "{h2}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {b}, [{pb} + 1*{d}]",
            pair!("{h5}" "{h2}" "{l5}" "[{pa} + 4*{d}]", "{h4}" "{h3}" "{l4}" "[{pa} + 3*{d}]"),
            pair!("{h3}" "{h0}" "{l3}" "[{pa} + 2*{d}]", "{h2}" "{h1}" "{l2}" "{b}"),
            "vmovapd {b}, [{pb} + 2*{d}]",
            pair!("{h1}" "{h4}" "{l4}" "{b}", "{h0}" "{h5}" "{l5}" "[{pa} + 3*{d}]")
        ], [o5 o4 o2 o3 _ _ o0 o1]);
        $h = [o0, o1, o2, o3, o4, o5];
    };
    (6, $d:ident, odd, $a:expr, $aa:expr, $k:expr, $h:ident, $l:ident) => {
        let (o0, o1, o2, o3, o4, o5): (V, V, V, V, V, V);
        rows!($d, $aa.offset($d * $k as isize), $a, $k / 2 + 1, $h, $l, [
            "vmovapd {b}, [{pb} + 0*{d}]",
            pair!("{t0}" "{h1}" "{l1}" "{b}", "{t1}" "{h2}" "{l2}" "[{pa} + 2*{d}]"),
            pair!("{h2}" "{h3}" "{l3}" "[{pa} + 3*{d}]", "{h1}" "{h4}" "{l4}" "[{pa} + 4*{d}]"),
            prod!("{h4}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {b}, [{pb} + 1*{d}]",
            pair!("{h3}" "{h4}" "{l5}" "[{pa} + 4*{d}]", "{h5}" "{h1}" "{l4}" "[{pa} + 3*{d}]"),
            prod!("{h1}" "{h2}" "{l3}" "{b}"),
            "vmovapd {b}, [{pb} + 2*{d}]",
            prod!("{h4}" "{h3}" "{l5}" "{b}")
        ], [o0 o3 _ _ o5 o4 o1 o2]);
        $h = [o0, o1, o2, o3, o4, o5];
    };
    ($c:tt, $d:ident, even, $a:expr, $aa:expr, $k:expr, $h:ident, $l:ident) => {
        for s in 0..$c / 2 + 1 {
            let x = *$a.offset($d * s as isize);
            mac(&mut $h[2 * s], &mut $l[2 * s], x, x);
            for c in 2 * s + 1..$c {
                mac(&mut $h[c], &mut $l[c], *$aa.offset($d * (c - s) as isize), x);
            }
        }
    };
}
