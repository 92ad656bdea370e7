/** Of the pixel or colour whose red stands at `at`: 0–255, ITU-R BT.601. JPEG keeps it far sharper than colour. */
export function brightness(values: ArrayLike<number>, at = 0): number {
  return Math.round(((values[at] ?? 0) * 77 + (values[at + 1] ?? 0) * 150 + (values[at + 2] ?? 0) * 29) / 256);
}
