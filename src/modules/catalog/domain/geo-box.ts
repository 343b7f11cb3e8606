/** Degrees; west ≤ east always, so that a box over the date line is two. */
export interface GeoBox {
  readonly south: number
  readonly west: number
  readonly north: number
  readonly east: number
}

/** Mean radius of the Earth (IUGG). */
export const EARTH_RADIUS_KM = 6371.0088

const DEGREES = 180 / Math.PI

/** Boxes that hold every point within `radiusKm`; the corners hold more, so the distance still decides. */
export function boxesAround(latitude: number, longitude: number, radiusKm: number): GeoBox[] {
  const angle = radiusKm / EARTH_RADIUS_KM
  const south = Math.max(-90, latitude - angle * DEGREES)
  const north = Math.min(90, latitude + angle * DEGREES)
  // Where the circle holds a pole it touches every meridian.
  if (south === -90 || north === 90) return [{ south, west: -180, north, east: 180 }]
  const reach = Math.asin(Math.min(1, Math.sin(angle) / Math.cos(latitude / DEGREES))) * DEGREES
  const west = longitude - reach
  const east = longitude + reach
  if (reach >= 180) return [{ south, west: -180, north, east: 180 }]
  if (west < -180) {
    return [
      { south, west: west + 360, north, east: 180 },
      { south, west: -180, north, east },
    ]
  }
  if (east > 180) {
    return [
      { south, west, north, east: 180 },
      { south, west: -180, north, east: east - 360 },
    ]
  }
  return [{ south, west, north, east }]
}

/** Great-circle distance (haversine). */
export function distanceKm(
  one: { latitude: number; longitude: number },
  other: { latitude: number; longitude: number },
): number {
  const latitude = Math.sin((other.latitude - one.latitude) / DEGREES / 2) ** 2
  const longitude = Math.sin((other.longitude - one.longitude) / DEGREES / 2) ** 2
  const chord = latitude + Math.cos(one.latitude / DEGREES) * Math.cos(other.latitude / DEGREES) * longitude
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)))
}
