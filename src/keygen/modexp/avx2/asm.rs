//! The inner loops: six columns of products at a time, in assembly, as macros for the functions of `product.rs`.
//!
//! A product computes the new h of its column in another register: s replaces h, and the register of the old h, which d
//! and e use, is free afterwards. So the six sums h move through eight registers, and a row frees the two registers
//! that the next column needs. Each `product!` and each half of `two_products!` is one such move, from its second
//! register to its first.
//!
//! The diagrams show which column each register holds after each row. Two rows of [`full_rows!`] move in opposite
//! directions, so that every sum is back in its register after both:
//!
//! ```text
//!               h0  h1  h2  h3  h4  h5  spare0  spare1
//! before         0   1   2   3   4   5     ·       ·
//! first row      2   3   4   5   ·   ·     0       1       columns 0 to 5, upwards
//! second row     0   1   2   3   4   5     ·       ·       columns 5 to 0, downwards
//! ```
//!
//! The shorter rows behind them do not return every sum to its register. Their last list names the result (`o0` to
//! `o5`, in the order of columns) that each register holds: it is the last line of the diagram.

/// The steps of a product in the comment of `avx2.rs`: s, d, e, and l.
#[rustfmt::skip]
macro_rules! step {
    (s $s:literal $h:literal $w:literal) => {
        concat!("vmovapd ", $s, ", ", $h, "\nvfmadd231pd ", $s, ", {b}, ", $w, "\n")
    };
    (d $s:literal $h:literal) => { concat!("vsubpd ", $h, ", ", $s, ", ", $h, "\n") };
    (e $h:literal $w:literal) => { concat!("vfmsub231pd ", $h, ", {b}, ", $w, "\n") };
    (l $l:literal $h:literal) => { concat!("vaddpd ", $l, ", ", $l, ", ", $h, "\n") };
}
/// One product b·$w: $n = $h + b·$w, rounded, and the rest is added to $l. $h is free afterwards.
macro_rules! product {
    ($n:literal $h:literal $l:literal $w:literal) => {
        concat!(step!(s $n $h $w), step!(d $n $h), step!(e $h $w), step!(l $l $h))
    };
}
/// Two products interleaved, which is a tenth faster.
macro_rules! two_products {
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

/// Rows 0..r of six columns, then `$tail`: h\[c], l\[c] += pa\[c-i]·pb\[i] for i < r. The direction `$d` is 1 for
/// upwards in memory and -1 for downwards. Afterwards {pa} is r digits lower and {pb} r digits higher.
///
/// This is assembly because its speed depends on the order of the instructions and on the contents of 15 registers. It
/// reads a\[k+5] down to a\[0] and b\[0] up to b\[r+5], and writes registers only.
macro_rules! full_rows {
    (
        $d:ident, $pa:expr, $pb:expr, $r:expr, $h:ident, $l:ident, [$($tail:expr),*],
        [$in_h0:tt $in_h1:tt $in_h2:tt $in_h3:tt $in_h4:tt $in_h5:tt $in_spare0:tt $in_spare1:tt]
    ) => {
        core::arch::asm!(
            "test {n}, 1",
            "jz 2f",
            "vmovapd {b}, [{pb}]",
            two_products!("{spare0}" "{h0}" "{l0}" "[{pa} + 0*{d}]", "{spare1}" "{h1}" "{l1}" "[{pa} + 1*{d}]"),
            two_products!("{h0}" "{h2}" "{l2}" "[{pa} + 2*{d}]", "{h1}" "{h3}" "{l3}" "[{pa} + 3*{d}]"),
            two_products!("{h2}" "{h4}" "{l4}" "[{pa} + 4*{d}]", "{h3}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {h5}, {h3}",
            "vmovapd {h4}, {h2}",
            "vmovapd {h3}, {h1}",
            "vmovapd {h2}, {h0}",
            "vmovapd {h1}, {spare1}",
            "vmovapd {h0}, {spare0}",
            "add {pa}, {e}",
            "add {pb}, {d}",
            "2:",
            "shr {n}, 1",
            "jz 3f",
            "2:",
            "vmovapd {b}, [{pb}]",
            "add {pa}, {e}",
            two_products!("{spare0}" "{h0}" "{l0}" "[{pa} + 1*{d}]", "{spare1}" "{h1}" "{l1}" "[{pa} + 2*{d}]"),
            two_products!("{h0}" "{h2}" "{l2}" "[{pa} + 3*{d}]", "{h1}" "{h3}" "{l3}" "[{pa} + 4*{d}]"),
            two_products!("{h2}" "{h4}" "{l4}" "[{pa} + 5*{d}]", "{h3}" "{h5}" "{l5}" "[{pa} + 6*{d}]"),
            "vmovapd {b}, [{pb} + {d}]",
            two_products!("{h5}" "{h3}" "{l5}" "[{pa} + 5*{d}]", "{h4}" "{h2}" "{l4}" "[{pa} + 4*{d}]"),
            two_products!("{h3}" "{h1}" "{l3}" "[{pa} + 3*{d}]", "{h2}" "{h0}" "{l2}" "[{pa} + 2*{d}]"),
            two_products!("{h1}" "{spare1}" "{l1}" "[{pa} + 1*{d}]", "{h0}" "{spare0}" "{l0}" "[{pa} + 0*{d}]"),
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
            h0 = inout(ymm_reg) $h[0] => $in_h0, h1 = inout(ymm_reg) $h[1] => $in_h1, h2 = inout(ymm_reg) $h[2] => $in_h2,
            h3 = inout(ymm_reg) $h[3] => $in_h3, h4 = inout(ymm_reg) $h[4] => $in_h4, h5 = inout(ymm_reg) $h[5] => $in_h5,
            l0 = inout(ymm_reg) $l[0], l1 = inout(ymm_reg) $l[1], l2 = inout(ymm_reg) $l[2],
            l3 = inout(ymm_reg) $l[3], l4 = inout(ymm_reg) $l[4], l5 = inout(ymm_reg) $l[5],
            spare0 = out(ymm_reg) $in_spare0, spare1 = out(ymm_reg) $in_spare1, b = out(ymm_reg) _,
            options(nostack, readonly)
        )
    };
}

/// Columns k..k+C of a·b, where C < 6 only for k = 0.
///
/// Rows 0..k have all six columns. Row k+i, the rest of the triangle, has columns i to 5:
///
/// ```text
///               h0  h1  h2  h3  h4  h5  spare0  spare1
/// row k          3   2   5   4   ·   ·     0       1
/// row k+1        ·   1   2   3   4   5     0       ·
/// row k+2        2   1   5   4   ·   ·     0       3
/// row k+3        2   1   ·   3   4   5     0       ·
/// row k+4        2   1   4   3   ·   ·     0       5
/// row k+5        2   1   4   3   ·   5     0       ·
/// ```
macro_rules! multiply_columns {
    (6, $d:ident, $a:expr, $b:expr, $k:expr, $h:ident, $l:ident) => {
        let (o0, o1, o2, o3, o4, o5): (Vector, Vector, Vector, Vector, Vector, Vector);
        full_rows!($d, $a.offset($d * $k as isize), $b, $k, $h, $l, [
            "vmovapd {b}, [{pb} + 0*{d}]",
            two_products!("{spare0}" "{h0}" "{l0}" "[{pa} + 0*{d}]", "{spare1}" "{h1}" "{l1}" "[{pa} + 1*{d}]"),
            two_products!("{h1}" "{h2}" "{l2}" "[{pa} + 2*{d}]", "{h0}" "{h3}" "{l3}" "[{pa} + 3*{d}]"),
            two_products!("{h3}" "{h4}" "{l4}" "[{pa} + 4*{d}]", "{h2}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {b}, [{pb} + 1*{d}]",
            two_products!("{h5}" "{h2}" "{l5}" "[{pa} + 4*{d}]", "{h4}" "{h3}" "{l4}" "[{pa} + 3*{d}]"),
            two_products!("{h3}" "{h0}" "{l3}" "[{pa} + 2*{d}]", "{h2}" "{h1}" "{l2}" "[{pa} + 1*{d}]"),
            product!("{h1}" "{spare1}" "{l1}" "[{pa} + 0*{d}]"),
            "vmovapd {b}, [{pb} + 2*{d}]",
            two_products!("{h0}" "{h2}" "{l2}" "[{pa} + 0*{d}]", "{spare1}" "{h3}" "{l3}" "[{pa} + 1*{d}]"),
            two_products!("{h3}" "{h4}" "{l4}" "[{pa} + 2*{d}]", "{h2}" "{h5}" "{l5}" "[{pa} + 3*{d}]"),
            "vmovapd {b}, [{pb} + 3*{d}]",
            two_products!("{h5}" "{h2}" "{l5}" "[{pa} + 2*{d}]", "{h4}" "{h3}" "{l4}" "[{pa} + 1*{d}]"),
            product!("{h3}" "{spare1}" "{l3}" "[{pa} + 0*{d}]"),
            "vmovapd {b}, [{pb} + 4*{d}]",
            two_products!("{h2}" "{h4}" "{l4}" "[{pa} + 0*{d}]", "{spare1}" "{h5}" "{l5}" "[{pa} + 1*{d}]"),
            "vmovapd {b}, [{pb} + 5*{d}]",
            product!("{h5}" "{spare1}" "{l5}" "[{pa} + 0*{d}]")
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

/// Columns k..k+C of a², where C < 6 only for k = 0. `$aa` is 2a, for the products that occur twice.
///
/// With `even`, k is even, and columns 0, 2 and 4 of the group contain the squares; rows end with a square:
///
/// ```text
///               h0  h1  h2  h3  h4  h5  spare0  spare1
/// row k/2        3   2   5   4   ·   ·     0       1
/// row k/2+1      ·   ·   2   3   4   5     0       1
/// row k/2+2      5   4   2   3   ·   ·     0       1
/// ```
///
/// With `odd`, columns 1, 3 and 5 contain the squares, and column 0 ends with the full rows:
///
/// ```text
///               h0  h1  h2  h3  h4  h5  spare0  spare1
/// row (k+1)/2    0   4   3   ·   5   ·     1       2
/// row (k+3)/2    0   3   ·   5   ·   4     1       2
/// row (k+5)/2    0   3   ·   ·   5   4     1       2
/// ```
macro_rules! square_columns {
    (6, $d:ident, even, $a:expr, $aa:expr, $k:expr, $h:ident, $l:ident) => {
        let (o0, o1, o2, o3, o4, o5): (Vector, Vector, Vector, Vector, Vector, Vector);
        full_rows!($d, $aa.offset($d * $k as isize), $a, $k / 2, $h, $l, [
            "vmovapd {b}, [{pb} + 0*{d}]",
            two_products!("{spare0}" "{h0}" "{l0}" "{b}", "{spare1}" "{h1}" "{l1}" "[{pa} + 1*{d}]"),
            two_products!("{h1}" "{h2}" "{l2}" "[{pa} + 2*{d}]", "{h0}" "{h3}" "{l3}" "[{pa} + 3*{d}]"),
            two_products!("{h3}" "{h4}" "{l4}" "[{pa} + 4*{d}]", "{h2}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {b}, [{pb} + 1*{d}]",
            two_products!("{h5}" "{h2}" "{l5}" "[{pa} + 4*{d}]", "{h4}" "{h3}" "{l4}" "[{pa} + 3*{d}]"),
            two_products!("{h3}" "{h0}" "{l3}" "[{pa} + 2*{d}]", "{h2}" "{h1}" "{l2}" "{b}"),
            "vmovapd {b}, [{pb} + 2*{d}]",
            two_products!("{h1}" "{h4}" "{l4}" "{b}", "{h0}" "{h5}" "{l5}" "[{pa} + 3*{d}]")
        ], [o5 o4 o2 o3 _ _ o0 o1]);
        $h = [o0, o1, o2, o3, o4, o5];
    };
    (6, $d:ident, odd, $a:expr, $aa:expr, $k:expr, $h:ident, $l:ident) => {
        let (o0, o1, o2, o3, o4, o5): (Vector, Vector, Vector, Vector, Vector, Vector);
        full_rows!($d, $aa.offset($d * $k as isize), $a, $k / 2 + 1, $h, $l, [
            "vmovapd {b}, [{pb} + 0*{d}]",
            two_products!("{spare0}" "{h1}" "{l1}" "{b}", "{spare1}" "{h2}" "{l2}" "[{pa} + 2*{d}]"),
            two_products!("{h2}" "{h3}" "{l3}" "[{pa} + 3*{d}]", "{h1}" "{h4}" "{l4}" "[{pa} + 4*{d}]"),
            product!("{h4}" "{h5}" "{l5}" "[{pa} + 5*{d}]"),
            "vmovapd {b}, [{pb} + 1*{d}]",
            two_products!("{h3}" "{h4}" "{l5}" "[{pa} + 4*{d}]", "{h5}" "{h1}" "{l4}" "[{pa} + 3*{d}]"),
            product!("{h1}" "{h2}" "{l3}" "{b}"),
            "vmovapd {b}, [{pb} + 2*{d}]",
            product!("{h4}" "{h3}" "{l5}" "{b}")
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
