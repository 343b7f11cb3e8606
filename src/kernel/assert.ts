/** A broken assumption of ours: a bug, never something a user did. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

/** Throws {@link AssertionFailed} when what must hold does not. `message` says what must hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(message)
}
