import Link from 'next/link'
import type { OnboardingStep } from '#src/modules/providers/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { classes } from '#src/ui/classes.ts'
import { count } from '#src/ui/format.ts'
import { CheckIcon } from '#src/ui/icons.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { ActionButton } from '../../../../action-button.tsx'
import { openWorkspace } from '../../../workspace.ts'

export const metadata = { title: 'Set-up' }

const STEPS: Readonly<
  Record<OnboardingStep['id'], readonly [title: string, page: string | null, done: string]>
> = {
  profile: ['Profile', 'profile', 'Customers can read who you are and where.'],
  services: ['Services', 'services', 'There is something to book.'],
  availability: ['Hours', 'hours', 'There are times to book.'],
  payouts: ['Payouts', 'payouts', 'You can be paid.'],
  go_live: ['Go live', null, 'Your page is public.'],
}

export default async function SetupPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const { provider } = await openWorkspace(slug, `/provider/${slug}/setup`)
  const { steps, openBeforeGoLive } = provider.onboarding
  const done = steps.filter((step) => step.done).length
  const next = steps.find((step) => !step.done)
  return (
    <Column width="medium">
      <PageHeading title="Set-up" actions={<StateBadge state={provider.status} />}>
        Each step is saved by itself; come back whenever you like.
      </PageHeading>
      <div className="mb-6">
        <label htmlFor="progress" className="font-medium">
          {done} of {steps.length} done
        </label>
        <progress
          id="progress"
          value={done}
          max={steps.length}
          className="mt-2 block h-2 w-full appearance-none overflow-hidden rounded-full bg-sunken accent-brand [&::-moz-progress-bar]:bg-brand [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-brand"
        />
      </div>
      {provider.statusReason && (
        <div className="mb-6">
          <Notice tone="danger" title="Our reason">
            {provider.statusReason}
          </Notice>
        </div>
      )}
      <ol className="flex flex-col gap-3">
        {steps.map((step, index) => (
          <Step key={step.id} step={step} number={index + 1} next={step.id === next?.id} slug={slug} />
        ))}
      </ol>
      <Card as="section" className="mt-8">
        <h2 className="text-lg">
          {provider.status === 'live' ? 'Your page is public' : 'Publish your page'}
        </h2>
        {provider.status === 'live' ? (
          <>
            <p className="mt-1 mb-4 text-ink-soft">
              {provider.payoutAccount.ready
                ? 'It can be found and booked.'
                : 'It can be found, but not booked until payouts are set up.'}{' '}
              <Link className="link" href={`/providers/${slug}`}>
                See it as customers do
              </Link>
            </p>
            <ActionButton
              label="Pause the page"
              title="Pause your page?"
              confirmLabel="Pause it"
              method="DELETE"
              path={`/api/v1/my/providers/${provider.id}/publication`}
            >
              <p>
                It leaves search and takes no new bookings. Bookings that exist stay, and you are paid for
                them as usual.
              </p>
            </ActionButton>
          </>
        ) : openBeforeGoLive.length > 0 ? (
          <p className="mt-1 text-ink-soft">
            This is possible as soon as {count(openBeforeGoLive.length, 'point above is', 'points above are')}{' '}
            done.
          </p>
        ) : provider.status === 'suspended' ? (
          <p className="mt-1 text-ink-soft">
            A suspended page cannot be published. Write to us to have it back.
          </p>
        ) : (
          <>
            <p className="mt-1 mb-4 text-ink-soft">
              {provider.payoutAccount.ready
                ? 'Everything is ready.'
                : 'It can be seen at once, and booked as soon as payouts are set up.'}
            </p>
            <ActionButton
              label="Publish"
              look="primary"
              size="normal"
              title="Publish your page?"
              confirmLabel="Publish it"
              keepLabel="Not yet"
              method="PUT"
              path={`/api/v1/my/providers/${provider.id}/publication`}
            >
              <p>Everybody can find {provider.name} from now on. You can pause it at any time.</p>
            </ActionButton>
          </>
        )}
      </Card>
    </Column>
  )
}

interface StepProps {
  step: OnboardingStep
  number: number
  /** The one to do now. */
  next: boolean
  slug: string
}

function Step({ step, number, next, slug }: StepProps) {
  const [title, page, words] = STEPS[step.id]
  return (
    <Card as="li" className={next ? 'flex gap-4 border-brand' : 'flex gap-4'}>
      {step.done ? (
        <CheckIcon className="mt-0.5 size-7 text-success" />
      ) : (
        <span
          aria-hidden="true"
          className={classes(
            'flex size-7 shrink-0 items-center justify-center rounded-full border text-sm font-semibold',
            next ? 'border-brand text-brand' : 'border-line-strong text-ink-soft',
          )}
        >
          {number}
        </span>
      )}
      <div className="min-w-0 grow">
        <h2 className="text-lg">
          {page ? (
            <Link className="link" href={`/provider/${slug}/${page}`}>
              {title}
            </Link>
          ) : (
            title
          )}
          <span className="sr-only">{step.done ? ', done' : ', to do'}</span>
        </h2>
        {step.done ? (
          <p className="text-ink-soft">{words}</p>
        ) : (
          <ul>
            {step.open.map(({ code, sentence }) => (
              <li key={code}>{sentence}</li>
            ))}
          </ul>
        )}
      </div>
      {next && page && (
        <ButtonLink href={`/provider/${slug}/${page}`} size="small" className="self-center max-sm:hidden">
          Continue
        </ButtonLink>
      )}
    </Card>
  )
}
