import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, UserId } from '#src/kernel/ids.ts'
import { money } from '#src/kernel/money.ts'
import { isBefore, laterOf, Temporal } from '#src/kernel/time.ts'
import { acceptBooking, declineBooking } from '#src/modules/bookings/answer-request.ts'
import { beginCheckout, type GuestDetails } from '#src/modules/bookings/begin-checkout.ts'
import { cancelBooking } from '#src/modules/bookings/cancel-booking.ts'
import { reportNoShow } from '#src/modules/bookings/finish-booking.ts'
import { holdSlot } from '#src/modules/bookings/hold-slot.ts'
import { getBookingFacts, type Booking } from '#src/modules/bookings/index.ts'
import { makeOffer } from '#src/modules/bookings/quote-booking.ts'
import { rescheduleBooking } from '#src/modules/bookings/reschedule-booking.ts'
import { syncPayment } from '#src/modules/payments/index.ts'
import { createReview } from '#src/modules/reviews/create-review.ts'
import { listSlotsOfService } from '#src/modules/scheduling/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { Refusal } from '#src/platform/errors.ts'
import { scopeOf } from '#src/platform/http/idempotency.ts'
import { servicesFor, type CastService } from './cast.ts'
import { inParallel } from './in-parallel.ts'
import { personAt, type Person } from './people.ts'
import { seededRandom, type Random } from './random.ts'
import type { Act, Story } from './stories.ts'
import { VISIT_WORDS } from './review-words.ts'
import { submitForm } from './submit-form.ts'

export interface Stage {
  readonly gateway: PaymentGateway
  readonly seed: number
  /** Hours of stories count from here. */
  readonly present: Temporal.Instant
  /** The providers that have customers. */
  readonly cast: readonly CastService[]
  /** All of them, for what can only happen where the shop is open at this moment. */
  readonly everyone: readonly CastService[]
  readonly customers: readonly Person[]
  readonly demoCustomer: Person
  contextFor(actor: Actor): Ctx
}

export interface Told {
  booked: number
  acted: number
  /** By the code that refused, or why it could not begin. */
  readonly refused: Map<string, number>
}

/** Something that somebody does at a time. */
interface Doing {
  readonly at: Temporal.Instant
  readonly run: () => Promise<void>
}

const AT_ONCE = 16
const SERVICES_TRIED_MAX = 12
const SERVICES_OPEN_NOW_TRIED_MAX = 400
const RATINGS = [5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1]
const AROUND = { hours: 26 }

/**
 * Tells stories as time passes: `actUntil` is called after each move of the clock, and everybody whose moment has come does
 * what they would do on the site, through the same verbs. What the marketplace refuses does not happen, as in life.
 */
export function openStage(stage: Stage, stories: readonly Story[]) {
  const told: Told = { booked: 0, acted: 0, refused: new Map() }
  const sessions = new Map<string, Promise<Chosen | null>>()
  let waiting: Doing[] = stories.map((story, index) => ({
    at: hoursFrom(stage.present, story.bookedAt),
    run: () => begin(story, index),
  }))

  async function begin(story: Story, index: number): Promise<void> {
    const person = whoOf(stage, story, index)
    const random = seededRandom(stage.seed + index)
    const chosen = await chooseInSession(story, random)
    if (!chosen) return refused('no free time')
    const ctx = stage.contextFor(person.actor)
    const { service, startsAt } = chosen
    const offer = await makeOffer(ctx, service.serviceId, [], {
      start: startsAt.subtract(AROUND),
      end: startsAt.add(AROUND),
    })
    const held = await holdSlot(
      ctx,
      {
        ...{ serviceId: service.serviceId, startsAt, extraIds: [], note: '' },
        expectedTotal: money(offer.figures.totalMinor, offer.bookable.service.currency),
        guest: person.guest,
      },
      { scope: scopeOf(person.actor), key: `demo ${story.name}`, fingerprint: `demo ${story.name}` },
    )
    told.booked += 1
    const bookingId = held.booking.id as BookingId
    const customer: Actor = person.guest ? { kind: 'guest', bookingId } : person.actor
    await pay(story, bookingId, customer, person)
    if (story.pays === 'at once') await later({ index, bookingId, customer, service, random }, story.acts)
  }

  function chooseInSession(story: Story, random: Random): Promise<Chosen | null> {
    if (story.session === undefined) return choose(stage, story, random)
    const known = sessions.get(story.session) ?? choose(stage, story, random)
    sessions.set(story.session, known)
    return known
  }

  async function pay(
    story: Story,
    bookingId: BookingId,
    customer: Actor,
    { guest, email }: Who,
  ): Promise<void> {
    if (story.pays === 'never') return
    const ctx = stage.contextFor(customer)
    const { url } = await beginCheckout(ctx, stage.gateway, { bookingId, guest, customerEmail: email })
    if (story.pays === 'later') return
    await submitForm(url, story.card === undefined ? {} : { number: story.card })
    await syncPayment(ctx, stage.gateway, bookingId)
  }

  /** Puts down when the next act is due; the one after it follows from what the booking then is. */
  async function later(scene: Scene, acts: readonly Act[]): Promise<void> {
    const [act, ...rest] = acts
    if (!act) return
    const { booking } = await getBookingFacts(stage.contextFor(scene.customer).db, scene.bookingId)
    waiting.push({
      at: hoursFrom(momentOf(booking, act), act.hours),
      run: async () => {
        await perform(stage, scene, act)
        told.acted += 1
        await later(scene, rest)
      },
    })
  }

  function refused(code: string): void {
    told.refused.set(code, (told.refused.get(code) ?? 0) + 1)
  }

  return {
    told,
    /** Leaves out what should have been booked before: a run that was cut off goes on where it is now. */
    skipBefore(instant: Temporal.Instant): void {
      waiting = waiting.filter(({ at }) => !isBefore(at, instant))
    },
    async actUntil(now: Temporal.Instant): Promise<void> {
      for (;;) {
        const due = waiting.filter(({ at }) => !isBefore(now, at))
        if (due.length === 0) return
        waiting = waiting.filter(({ at }) => isBefore(now, at))
        await inParallel(due, AT_ONCE, async ({ run }) => {
          try {
            await run()
          } catch (error) {
            if (!(error instanceof Refusal)) throw error
            refused(error.code)
          }
        })
      }
    },
  }
}

interface Scene {
  /** Of the story. */
  readonly index: number
  readonly bookingId: BookingId
  readonly customer: Actor
  readonly service: CastService
  readonly random: Random
}

interface Who {
  readonly actor: Actor
  readonly email: string
  readonly guest?: GuestDetails
}

function whoOf(stage: Stage, story: Story, index: number): Who {
  if (story.who === 'guest') {
    const { name, email } = personAt(index, 'guests')
    return { actor: ANONYMOUS, email, guest: { name, email } }
  }
  const person =
    story.who === 'demo customer' ? stage.demoCustomer : stage.customers[index % stage.customers.length]
  assert(person, 'there are customers')
  return { actor: userActor(person.userId), email: person.email }
}

function userActor(userId: UserId, service?: CastService): Actor {
  return { kind: 'user', userId, operatorRole: null, providerIds: service ? [service.providerId] : [] }
}

interface Chosen {
  readonly service: CastService
  readonly startsAt: Temporal.Instant
}

/** A service and one of the starts it offers now, both by the stage's chance. */
async function choose(stage: Stage, story: Story, random: Random): Promise<Chosen | null> {
  const ctx = stage.contextFor(ANONYMOUS)
  const from = laterOf(hoursFrom(stage.present, story.starts[0]), ctx.now)
  const until = hoursFrom(stage.present, story.starts[1])
  const fits = (service: CastService, startsAt: Temporal.Instant) =>
    story.endsAfter === undefined ||
    isBefore(hoursFrom(stage.present, story.endsAfter), startsAt.add({ minutes: service.minutes }))
  const tried =
    story.endsAfter === undefined
      ? random.sample(servicesFor(story, stage.cast), SERVICES_TRIED_MAX)
      : random.sample(servicesFor(story, stage.everyone), SERVICES_OPEN_NOW_TRIED_MAX)
  for (const service of tried) {
    const { slots } = await listSlotsOfService(ctx.db, service.serviceId, { from, until }, ctx.now)
    const starts = slots
      .map((slot) => Temporal.Instant.from(slot.startsAt))
      .filter((start) => fits(service, start))
    if (starts.length > 0) return { service, startsAt: random.pick(starts) }
  }
  return null
}

function momentOf(booking: Booking, { from }: Act): Temporal.Instant {
  return from === 'start' ? booking.startsAt : from === 'end' ? booking.endsAt : booking.createdAt
}

async function perform(stage: Stage, scene: Scene, act: Act): Promise<void> {
  const { bookingId, customer, service } = scene
  assert(service.ownerId, 'a provider with bookings has an owner')
  const asCustomer = stage.contextFor(customer)
  const asProvider = stage.contextFor(userActor(service.ownerId, service))
  switch (act.does) {
    case 'accept':
      return void (await acceptBooking(asProvider, bookingId))
    case 'decline':
      return void (await declineBooking(asProvider, {
        bookingId,
        reason: 'I am away that week, sorry. The week after works.',
      }))
    case 'cancel':
      return void (await cancelBooking(asCustomer, {
        bookingId,
        reason: 'Something came up.',
      }))
    case 'cancel as provider':
      return void (await cancelBooking(asProvider, {
        bookingId,
        reason: 'The boiler has burst, we are closed that day.',
      }))
    case 'reschedule':
      return reschedule(asCustomer, scene)
    case 'report absent customer':
      return void (await reportNoShow(asProvider, {
        bookingId,
        reason: 'Nobody came, and nobody answered the phone.',
      }))
    case 'report absent provider':
      return void (await reportNoShow(asCustomer, { bookingId, reason: 'The door was locked.' }))
    case 'review':
      return review(stage, scene)
  }
}

/** By mood: nearly all are happy, as people mostly are. Stories told one after the other find different words. */
async function review(stage: Stage, { index, bookingId, customer, random }: Scene): Promise<void> {
  const rating = random.pick(RATINGS)
  const words = VISIT_WORDS[rating] ?? ['']
  const body = words[index % words.length] ?? ''
  await createReview(stage.contextFor(customer), { bookingId, rating, body })
}

async function reschedule(ctx: Ctx, { bookingId, service, random }: Scene): Promise<void> {
  const { booking } = await getBookingFacts(ctx.db, bookingId)
  const window = { from: hoursFrom(booking.startsAt, 18), until: hoursFrom(booking.startsAt, 80) }
  const { slots } = await listSlotsOfService(ctx.db, service.serviceId, window, ctx.now)
  if (slots.length === 0) return
  await rescheduleBooking(ctx, { bookingId, startsAt: Temporal.Instant.from(random.pick(slots).startsAt) })
}

function hoursFrom(instant: Temporal.Instant, hours: number): Temporal.Instant {
  return instant.add({ seconds: Math.round(hours * 3_600) })
}
