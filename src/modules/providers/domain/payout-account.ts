/** Stands alone among the requirements of an account that has left us. Our word, not the gateway's. */
export const DISCONNECTED = 'disconnected'

export function isDisconnected(requirements: readonly string[]): boolean {
  return requirements.includes(DISCONNECTED)
}
