;; The two passes of Pillow's 8-bit resampling with 128-bit vectors; resample-loops.ts defines what they compute, resample-simd.ts lays
;; out the memory. A weight of 22 fraction bits does not fit the 16-bit factors of a dot product, so it is passed as w = high · 2^11 + low,
;; for two adjacent taps: 32 bits with the high parts of both, then 32 bits with their low parts.
;;
;; npm run wasm assembles this into resample-wasm.ts.
(module
  (memory (export "memory") 1)

  ;; ((high << 11) + low) >> 22: a sum in units of 2^-22 to its pixel value, not clipped yet
  (func $round (param $high v128) (param $low v128) (result v128)
    (i32x4.shr_s
      (i32x4.add (i32x4.shl (local.get $high) (i32.const 11)) (local.get $low))
      (i32.const 22)))

  ;; Rows of pixels of 3 bytes, to rows of $count pixels.
  ;;   $source  rows of $rowBytes; up to 16 bytes after them are read and do not matter
  ;;   $starts  for each output, the pixel of its first tap
  ;;   $weights for each output, $quads × 4 taps
  ;;   $out     ($rows, $count, 3); one byte more is written
  (func (export "horizontal")
    (param $source i32) (param $rowBytes i32) (param $rows i32)
    (param $starts i32) (param $weights i32) (param $quads i32) (param $count i32) (param $out i32)
    (local $start i32) (local $end i32) (local $p i32) (local $k i32) (local $n i32)
    (local $four v128) (local $two v128) (local $high v128) (local $low v128)
    (if (i32.eqz (local.get $rows)) (then (return)))
    (local.set $end (i32.add (local.get $starts) (i32.shl (local.get $count) (i32.const 2))))
    (loop $row
      (local.set $start (local.get $starts))
      (local.set $k (local.get $weights))
      (loop $pixel
        (local.set $p (i32.add (local.get $source) (i32.mul (i32.load (local.get $start)) (i32.const 3))))
        (local.set $n (local.get $quads))
        (local.set $high (v128.const i32x4 0 0 0 0))
        (local.set $low (v128.const i32x4 0x200000 0x200000 0x200000 0x200000)) ;; one half
        (loop $taps
          (local.set $four (v128.load (local.get $p)))
          ;; 16-bit lanes: red of two taps, green of two, blue of two
          (local.set $two
            (i8x16.swizzle (local.get $four) (v128.const i8x16 0 -1 3 -1 1 -1 4 -1 2 -1 5 -1 -1 -1 -1 -1)))
          (local.set $high
            (i32x4.add (local.get $high) (i32x4.dot_i16x8_s (local.get $two) (v128.load32_splat (local.get $k)))))
          (local.set $low
            (i32x4.add (local.get $low) (i32x4.dot_i16x8_s (local.get $two) (v128.load32_splat offset=4 (local.get $k)))))
          (local.set $two
            (i8x16.swizzle (local.get $four) (v128.const i8x16 6 -1 9 -1 7 -1 10 -1 8 -1 11 -1 -1 -1 -1 -1)))
          (local.set $high
            (i32x4.add (local.get $high) (i32x4.dot_i16x8_s (local.get $two) (v128.load32_splat offset=8 (local.get $k)))))
          (local.set $low
            (i32x4.add (local.get $low) (i32x4.dot_i16x8_s (local.get $two) (v128.load32_splat offset=12 (local.get $k)))))
          (local.set $p (i32.add (local.get $p) (i32.const 12)))
          (local.set $k (i32.add (local.get $k) (i32.const 16)))
          (br_if $taps (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        ;; narrowing clips to 0..255; the fourth byte is overwritten by the next pixel
        (local.set $two (call $round (local.get $high) (local.get $low)))
        (local.set $two (i16x8.narrow_i32x4_s (local.get $two) (local.get $two)))
        (v128.store32_lane 0 (local.get $out) (i8x16.narrow_i16x8_u (local.get $two) (local.get $two)))
        (local.set $out (i32.add (local.get $out) (i32.const 3)))
        (br_if $pixel
          (i32.lt_u (local.tee $start (i32.add (local.get $start) (i32.const 4))) (local.get $end))))
      (local.set $source (i32.add (local.get $source) (local.get $rowBytes)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Rows of $width bytes, to $count rows.
  ;;   $source  the row after the last one and 16 bytes more are read and do not matter
  ;;   $starts  for each output, the row of its first tap
  ;;   $weights for each output, $pairs × 2 taps
  ;;   $out     ($count, $width); 15 bytes more are written
  (func (export "vertical")
    (param $source i32) (param $width i32)
    (param $starts i32) (param $weights i32) (param $pairs i32) (param $count i32) (param $out i32)
    (local $x i32) (local $p i32) (local $k i32) (local $n i32)
    (local $a v128) (local $b v128) (local $first v128) (local $second v128) (local $highs v128) (local $lows v128)
    (local $high0 v128) (local $high1 v128) (local $high2 v128) (local $high3 v128)
    (local $low0 v128) (local $low1 v128) (local $low2 v128) (local $low3 v128)
    (if (i32.eqz (local.get $count)) (then (return)))
    (loop $row
      (local.set $x (i32.const 0))
      (loop $bytes
        (local.set $p (i32.mul (i32.load (local.get $starts)) (local.get $width)))
        (local.set $p (i32.add (i32.add (local.get $source) (local.get $p)) (local.get $x)))
        (local.set $k (local.get $weights))
        (local.set $n (local.get $pairs))
        (local.set $high0 (v128.const i32x4 0 0 0 0))
        (local.set $high1 (v128.const i32x4 0 0 0 0))
        (local.set $high2 (v128.const i32x4 0 0 0 0))
        (local.set $high3 (v128.const i32x4 0 0 0 0))
        (local.set $low0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
        (local.set $low1 (local.get $low0))
        (local.set $low2 (local.get $low0))
        (local.set $low3 (local.get $low0))
        (loop $taps
          (local.set $a (v128.load (local.get $p)))
          (local.set $b (v128.load (i32.add (local.get $p) (local.get $width))))
          (local.set $highs (v128.load32_splat (local.get $k)))
          (local.set $lows (v128.load32_splat offset=4 (local.get $k)))
          ;; bytes of the two rows in turn
          (local.set $first
            (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (local.get $b)))
          (local.set $second
            (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a) (local.get $b)))
          (local.set $a (i16x8.extend_low_i8x16_u (local.get $first)))
          (local.set $high0 (i32x4.add (local.get $high0) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $low0 (i32x4.add (local.get $low0) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $b (i16x8.extend_high_i8x16_u (local.get $first)))
          (local.set $high1 (i32x4.add (local.get $high1) (i32x4.dot_i16x8_s (local.get $b) (local.get $highs))))
          (local.set $low1 (i32x4.add (local.get $low1) (i32x4.dot_i16x8_s (local.get $b) (local.get $lows))))
          (local.set $a (i16x8.extend_low_i8x16_u (local.get $second)))
          (local.set $high2 (i32x4.add (local.get $high2) (i32x4.dot_i16x8_s (local.get $a) (local.get $highs))))
          (local.set $low2 (i32x4.add (local.get $low2) (i32x4.dot_i16x8_s (local.get $a) (local.get $lows))))
          (local.set $b (i16x8.extend_high_i8x16_u (local.get $second)))
          (local.set $high3 (i32x4.add (local.get $high3) (i32x4.dot_i16x8_s (local.get $b) (local.get $highs))))
          (local.set $low3 (i32x4.add (local.get $low3) (i32x4.dot_i16x8_s (local.get $b) (local.get $lows))))
          (local.set $p (i32.add (local.get $p) (i32.shl (local.get $width) (i32.const 1))))
          (local.set $k (i32.add (local.get $k) (i32.const 8)))
          (br_if $taps (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (v128.store
          (i32.add (local.get $out) (local.get $x))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (call $round (local.get $high0) (local.get $low0))
              (call $round (local.get $high1) (local.get $low1)))
            (i16x8.narrow_i32x4_s
              (call $round (local.get $high2) (local.get $low2))
              (call $round (local.get $high3) (local.get $low3)))))
        (br_if $bytes
          (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $out (i32.add (local.get $out) (local.get $width)))
      (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
      (local.set $weights (local.get $k))
      (br_if $row (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
