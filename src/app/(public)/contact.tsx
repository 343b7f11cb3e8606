import { pageConfig } from '#src/boot/web.ts'

/** Where to write to: the address that our mail comes from. */
export function Contact() {
  const sender = pageConfig().MAIL_FROM
  const address = /<([^<>]+)>/.exec(sender)?.[1] ?? sender
  return (
    <section id="contact" className="scroll-mt-6">
      <h2 className="text-xl">Contact</h2>
      <p className="mt-2">
        Write to{' '}
        <a className="link" href={`mailto:${address}`}>
          {address}
        </a>
        , with the code of your booking if it is about one.
      </p>
    </section>
  )
}
