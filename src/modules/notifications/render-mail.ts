import { createElement } from 'react'
import { plainText } from './plain-text.ts'
import type { MailContent } from './templates/content.ts'

export interface RenderedMail {
  readonly subject: string
  readonly html: string
  readonly text: string
}

const DOCTYPE =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'

// Loaded when the first mail is written: the library takes a third of a second, which the site need not pay to start.
let drawing: Promise<(content: MailContent) => string> | null = null

async function loadDrawing(): Promise<(content: MailContent) => string> {
  const [{ MailDocument }, { renderToStaticMarkup }] = await Promise.all([
    import('./mail-document.tsx'),
    import('react-dom/server'),
  ])
  return (content) => renderToStaticMarkup(createElement(MailDocument, { content }))
}

export async function renderMail(content: MailContent): Promise<RenderedMail> {
  const draw = await (drawing ??= loadDrawing())
  return { subject: content.subject, html: `${DOCTYPE}${draw(content)}`, text: plainText(content) }
}
