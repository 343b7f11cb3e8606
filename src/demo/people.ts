import { sql } from 'drizzle-orm'
import type { UserId } from '#src/kernel/ids.ts'
import { stableId } from '#src/platform/stable-id.ts'
import { users } from '#src/modules/identity/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { CITIES } from './cities.ts'

export interface Person {
  readonly userId: UserId
  readonly name: string
  readonly email: string
  readonly timeZone: string
}

const FIRST = [
  'Alice',
  'Bruno',
  'Celine',
  'Dev',
  'Esther',
  'Filip',
  'Gwen',
  'Hamza',
  'Iris',
  'Joel',
  'Kira',
  'Luis',
  'Mina',
  'Niko',
  'Orla',
  'Pavel',
  'Rhea',
  'Stefan',
  'Thea',
  'Umar',
]
const LAST = [
  'Adler',
  'Bianchi',
  'Castro',
  'Dubois',
  'Eriksen',
  'Farah',
  'Grant',
  'Horvat',
  'Ivanova',
  'Jung',
  'Kaur',
  'Lindgren',
  'Mensah',
  'Novak',
  'Otieno',
  'Petit',
  'Rossi',
  'Silva',
  'Torres',
  'Varga',
]

/** The `index`-th of many people who do not exist; each has a name of their own. */
export function personAt(index: number, kind: string): Omit<Person, 'userId'> {
  const first = FIRST[index % FIRST.length] ?? ''
  const last = LAST[(index * 7 + Math.floor(index / FIRST.length) * 3) % LAST.length] ?? ''
  const timeZone = CITIES[index % CITIES.length]?.timeZone ?? 'UTC'
  return {
    name: `${first} ${last}`,
    email: `${first}.${last}.${index}@${kind}.invalid`.toLowerCase(),
    timeZone,
  }
}

/** People with an account and without a password: nobody signs in as one of them. */
export async function addPeople(ctx: Ctx, kind: string, count: number): Promise<Person[]> {
  const people = Array.from({ length: count }, (_, index) => ({
    userId: stableId<'user'>('demo', kind, String(index)),
    ...personAt(index, kind),
  }))
  const since = new Date(ctx.now.epochMilliseconds)
  await ctx.db
    .insert(users)
    .values(
      people.map(({ userId, ...person }) => ({
        id: userId,
        ...person,
        emailVerified: true,
        createdAt: since,
        updatedAt: since,
      })),
    )
    .onConflictDoNothing()
  return people
}

/** Gives each of these providers an owner, so that it is a person who accepts, declines and cancels. */
export async function addOwners(ctx: Ctx, providerIds: readonly string[]): Promise<void> {
  const owners = await addPeople(ctx, 'owners', providerIds.length)
  const rows = JSON.stringify(
    providerIds.map((providerId, index) => ({ providerId, userId: owners[index]?.userId })),
  )
  await ctx.db.execute(sql`
    insert into provider_members (provider_id, user_id, role, created_at)
    select n."providerId", n."userId", 'owner', ${ctx.now.toString()}::timestamptz
    from jsonb_to_recordset(${rows}::jsonb) as n("providerId" uuid, "userId" uuid)
    where not exists (select from provider_members m where m.provider_id = n."providerId")`)
}
