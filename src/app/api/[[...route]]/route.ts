import { handleApi } from '#src/boot/web.ts'

// The same API where no server of ours stands in front of Next, as on Vercel. Elsewhere requests never come this far.

export const GET = handleApi
export const POST = handleApi
export const PUT = handleApi
export const PATCH = handleApi
export const DELETE = handleApi
