/**
 * The highest base price whose total is still within `totalMaxMinor`, so that a filter on what the viewer pays becomes a
 * filter on the stored price. Prices are multiples of `stepMinor`, and so is the answer. `totalOf` must not fall from one
 * step of the base to the next, which holds for every fee below 100 %.
 */
export function baseMaxFor(
  totalMaxMinor: bigint,
  stepMinor: bigint,
  totalOf: (baseMinor: bigint) => bigint,
): bigint {
  let within = 0n
  let above = totalMaxMinor / stepMinor + 1n
  while (above - within > 1n) {
    const middle = (within + above) / 2n
    if (totalOf(middle * stepMinor) <= totalMaxMinor) within = middle
    else above = middle
  }
  return within * stepMinor
}
