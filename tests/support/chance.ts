// What a test of chance may be told from outside: the seed of a failure, to see it again, or how much of it there should be.
export function numberFromOutside(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise)
}
