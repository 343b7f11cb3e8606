/** Crockford's alphabet without letters that are misread or make words: 32 characters, 5 bits each. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 8

/** How many codes there are. */
export const BOOKING_CODES = ALPHABET.length ** LENGTH

/** "K7Q2-9MX4" from a random integer below {@link BOOKING_CODES}: what people read to each other on the phone. Not a secret. */
export function bookingCode(random: number): string {
  let letters = ''
  for (let rest = random; letters.length < LENGTH; rest = Math.floor(rest / ALPHABET.length))
    letters += ALPHABET[rest % ALPHABET.length]
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
}
