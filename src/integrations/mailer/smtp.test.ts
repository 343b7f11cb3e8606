import type { AddressInfo, Socket } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Trouble } from '#src/platform/errors.ts'
import { mailerContract, type Delivered } from './contract.ts'
import { smtpMailer, type SmtpMailer } from './smtp.ts'

interface Caught {
  readonly recipients: readonly string[]
  readonly raw: string
}

const caught: Caught[] = []
let answersToLose = 1
const connections = new Set<Socket>()
const catcher = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo({ address }, _session, callback) {
    if (address.startsWith('nobody'))
      return callback(Object.assign(new Error('no such mailbox'), { responseCode: 550 }))
    if (address.startsWith('later'))
      return callback(Object.assign(new Error('mailbox busy'), { responseCode: 450 }))
    callback()
  },
  onData(stream, session, callback) {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const recipients = session.envelope.rcptTo.map(({ address }) => address)
      caught.push({ recipients, raw: Buffer.concat(chunks).toString('utf8') })
      if (recipients.includes('lost@example.com') && answersToLose > 0) {
        answersToLose -= 1
        for (const connection of connections) connection.destroy()
      } else callback()
    })
  },
})

catcher.server.on('connection', (connection: Socket) => {
  connections.add(connection)
  connection.on('close', () => connections.delete(connection))
})
catcher.on('error', () => undefined) // a connection that is cut is what the test of a lost answer wants

let mailer: SmtpMailer
beforeAll(async () => {
  await new Promise<void>((resolve) => catcher.listen(0, '127.0.0.1', resolve))
  mailer = smtpMailer({ url: `smtp://127.0.0.1:${(catcher.server.address() as AddressInfo).port}` })
})
afterAll(async () => {
  mailer.close()
  await new Promise<void>((resolve) => catcher.close(() => resolve()))
})

function decoded(content: string | ArrayBuffer | Uint8Array): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content)
}

async function delivered(to: string): Promise<Delivered[]> {
  const raws = caught.filter(({ recipients }) => recipients.includes(to)).map(({ raw }) => raw)
  const emails = await Promise.all(raws.map((raw) => PostalMime.parse(raw)))
  return emails.map((email) => {
    const file = email.attachments.find(({ filename }) => filename === 'booking.ics')
    return {
      to,
      from: email.from?.address ?? '',
      subject: email.subject ?? '',
      html: email.html ?? '',
      text: email.text ?? '',
      calendar: file ? decoded(file.content) : null,
    }
  })
}

mailerContract('SMTP', () => ({ mailer, delivered }))

const message = {
  from: 'Ecosystem <hello@ecosystem.test>',
  subject: 'Moved',
  html: '<p>Moved</p>',
  text: 'Moved',
}

describe('over SMTP', () => {
  test('the message id comes from our id, and the calendar is an alternative and a file', async () => {
    const id = 'e9d3a2f0-0c0f-4c57-8d55-0f4f0f5f9a10'
    const calendar = { content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR', method: 'CANCEL' } as const
    const outcome = await mailer.send({ ...message, id, to: 'calendar@example.com', calendar })
    expect(outcome).toEqual({ messageId: `<${id}@ecosystem.test>` })
    const got = caught.find(({ recipients }) => recipients.includes('calendar@example.com'))
    expect(got?.raw).toContain(`Message-ID: <${id}@ecosystem.test>`)
    expect(got?.raw).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=CANCEL/i)
    expect(got?.raw).toMatch(/Content-Disposition: attachment; filename=booking\.ics/i)
    expect(got?.raw).toMatch(/^Auto-Submitted: auto-generated/m)
  })

  test('a mailbox that does not exist is refused for good; a busy one is trouble, to be tried again', async () => {
    const refused = await mailer.send({ ...message, id: 'a1', to: 'nobody@example.com' })
    expect('refused' in refused && refused.refused).toContain('no such mailbox')
    await expect(mailer.send({ ...message, id: 'a2', to: 'later@example.com' })).rejects.toBeInstanceOf(
      Trouble,
    )
  })

  test('a server that is down is trouble', async () => {
    const nowhere = smtpMailer({ url: 'smtp://127.0.0.1:1' })
    await expect(nowhere.send({ ...message, id: 'a3', to: 'a@example.com' })).rejects.toBeInstanceOf(Trouble)
    nowhere.close()
  })

  test('an answer that is lost is trouble, and the next try is the same message', async () => {
    const lost = { ...message, id: 'a6', to: 'lost@example.com' }
    await expect(mailer.send(lost)).rejects.toBeInstanceOf(Trouble)
    expect(await mailer.send(lost)).toEqual({ messageId: '<a6@ecosystem.test>' })
    const ids = caught
      .filter(({ recipients }) => recipients.includes(lost.to))
      .map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1]?.trim())
    expect(ids).toEqual(['<a6@ecosystem.test>', '<a6@ecosystem.test>'])
  })

  test('a password is not given to a server that offers no encryption', async () => {
    const { port } = catcher.server.address() as AddressInfo
    const open = smtpMailer({ url: `smtp://user:secret@127.0.0.1:${port}` })
    await expect(open.send({ ...message, id: 'a5', to: 'open@example.com' })).rejects.toBeInstanceOf(Trouble)
    open.close()
  })

  test('header values cannot add headers', async () => {
    const headers = { 'X-Name': 'x\r\nBcc: victim@example.com' }
    await mailer.send({ ...message, id: 'a4', to: 'headers@example.com', headers })
    const got = caught.find(({ recipients }) => recipients.includes('headers@example.com'))
    expect(got?.recipients).toEqual(['headers@example.com'])
    expect(got?.raw).not.toMatch(/^Bcc:/im)
  })
})
