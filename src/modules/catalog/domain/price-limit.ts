/**
 * The highest base price whose total is still within `totalMaxMinor`, so that a filter on what the viewer pays becomes a
 * filter on the stored price. `totalOf` must not fall as the base rises, which holds for every fee below 100 %.
 */
export function baseMaxFor(totalMaxMinor: bigint, totalOf: (baseMinor: bigint) => bigint): bigint {
  let within = 0n
  let above = totalMaxMinor + 1n
  while (above - within > 1n) {
    const middle = (within + above) / 2n
    if (totalOf(middle) <= totalMaxMinor) within = middle
    else above = middle
  }
  return within
}
